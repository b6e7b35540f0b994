resource "toy_thing" "all" {
  for_each = toset(["one", "two", "with a space", "dotted.name"])

  name    = each.key
  enabled = true
  tags    = ["x", "y", each.key]
  steps   = ["first", "second"]

  rule {
    port  = 1
    cidrs = ["10.0.0.0/8", "172.16.0.0/12"]
  }
}

resource "toy_thing" "silent" {}

resource "toy_thing" "secretive" {
  name     = "secretive"
  size     = 12
  password = var.token
}

resource "toy_thing" "older_than_the_code" {
  name = "older"
  size = 5
}

import {
  to = toy_thing.older_than_the_code
  id = "thing-made-by-hand"
}
