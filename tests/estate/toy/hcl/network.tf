variable "zones" {
  type    = number
  default = 3
}

variable "west" {
  type    = string
  default = "10.9.0.0/16"
}

resource "toy_network" "main" {
  cidr   = "10.0.0.0/16"
  labels = { team = "platform", cost-centre = "42" }
}

resource "toy_network" "zone" {
  count = var.zones

  cidr = "10.${count.index + 1}.0.0/16"
}

resource "toy_network" "west" {
  provider = toy.west

  cidr = var.west
}

resource "toy_firewall" "main" {
  network_id = toy_network.main.id

  rule {
    action = "allow"
    ports  = [443, 80]
    source { cidr = "0.0.0.0/0" }
  }

  rule {
    action = "allow"
    ports  = [22]
    source { cidr = "10.0.0.0/8" }
    source { cidr = "192.168.0.0/16" }
  }
}

resource "toy_firewall" "zone" {
  for_each = { a = [5432], b = [6379, 6380] }

  network_id = toy_network.zone[0].id

  dynamic "rule" {
    for_each = each.value
    content {
      action = "allow"
      ports  = [rule.value]
    }
  }
}
