variable "token" {
  type      = string
  sensitive = true
  default   = "a-token-of-ours"
}

resource "toy_secret" "token" {
  value   = var.token
  readers = { people = ["ada", "grace"], machines = ["build"] }
}

resource "toy_secret" "password" {
  value   = "a-password-of-ours"
  readers = { people = ["ada", "grace"] }
}

resource "toy_policy" "readers" {
  document = jsonencode({
    Statement = [{ Effect = "Allow", Action = ["toy:Get", "toy:List"] }]
  })
  principals = ["ada", "grace", "build"]
}

# Written by hand, so that the cloud's own form of it is another one.
resource "toy_policy" "writers" {
  document = "{ \"Version\": 1,  \"Statement\": [] }"
}
