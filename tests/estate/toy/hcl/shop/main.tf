terraform {
  required_providers {
    toy = {
      source = "registry.example.com/example/toy"
    }
  }
}

variable "name" {
  type = string
}

variable "network_id" {
  type = string
}

variable "token" {
  type      = string
  sensitive = true
}

resource "toy_machine" "web" {
  count = 2

  network_id = var.network_id
  labels     = { shop = var.name, number = tostring(count.index) }

  disk {
    gigabytes = 50
    mount { path = "/" }
  }
}

resource "toy_secret" "session" {
  value = "${var.token}-${var.name}"
}
