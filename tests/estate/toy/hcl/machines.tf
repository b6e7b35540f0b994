resource "toy_machine" "build" {
  network_id = toy_network.main.id
  size       = "large"
  weight     = 0.75
  labels     = { team = "platform" }

  disk {
    gigabytes    = 20
    is_encrypted = true
    mount { path = "/" }
  }

  disk {
    gigabytes = 500
    mount { path = "/var/cache" }
    mount { path = "/srv/artifacts" }
  }
}

# How large it is is left to the cloud, and how it is labelled to others.
resource "toy_machine" "bastion" {
  network_id = toy_network.main.id
  labels     = { team = "platform" }

  lifecycle {
    ignore_changes = [labels]
  }
}

resource "toy_machine" "west" {
  provider = toy.west

  network_id = toy_network.west.id
}

module "shop" {
  source   = "./shop"
  for_each = toset(["staging", "production"])

  name       = each.key
  network_id = toy_network.main.id
  token      = var.token
}
