# Keys, secrets, parameters and the people who sign in.

resource "aws_kms_key" "shop" {
  description             = "data of the shop"
  deletion_window_in_days = 30
  enable_key_rotation     = true
  tags                    = { Name = "shop" }
}

resource "aws_kms_alias" "shop" {
  name          = "alias/shop"
  target_key_id = aws_kms_key.shop.key_id
}

resource "aws_kms_grant" "orders" {
  name              = "orders"
  key_id            = aws_kms_key.shop.key_id
  grantee_principal = aws_iam_role.orders.arn
  operations        = ["Encrypt", "Decrypt"]
}

resource "aws_secretsmanager_secret" "payment" {
  name                    = "payment"
  description             = "key of the payment service"
  recovery_window_in_days = 7
  tags                    = { Name = "payment" }
}

resource "aws_secretsmanager_secret_version" "payment" {
  secret_id     = aws_secretsmanager_secret.payment.id
  secret_string = "recorded-with-a-simulator"
}

resource "aws_ssm_parameter" "flags" {
  name  = "/shop/flags"
  type  = "String"
  value = "none"
  tags  = { Name = "flags" }
}

resource "aws_ssm_document" "restart" {
  name          = "restart"
  document_type = "Command"
  tags          = { Name = "restart" }

  content = jsonencode({
    schemaVersion = "1.2"
    description   = "restarts"
    parameters    = {}
    runtimeConfig = { "aws:runShellScript" = { properties = [{ id = "0.aws:runShellScript", runCommand = ["true"] }] } }
  })
}

resource "aws_ssm_maintenance_window" "sunday" {
  name     = "sunday"
  schedule = "cron(0 4 ? * SUN *)"
  duration = 3
  cutoff   = 1
}

resource "aws_cognito_user_pool" "customers" {
  name = "customers"
  tags = { Name = "customers" }

  password_policy {
    minimum_length                   = 12
    require_lowercase                = true
    require_numbers                  = true
    require_symbols                  = true
    require_uppercase                = true
    temporary_password_validity_days = 7
  }
}

resource "aws_cognito_user_pool_client" "web" {
  name         = "web"
  user_pool_id = aws_cognito_user_pool.customers.id
}

resource "aws_cognito_user_pool_domain" "customers" {
  domain       = "example-shop"
  user_pool_id = aws_cognito_user_pool.customers.id
}

resource "aws_cognito_user_group" "gold" {
  name         = "gold"
  user_pool_id = aws_cognito_user_pool.customers.id
  description  = "buys often"
  precedence   = 10
}

resource "aws_cognito_resource_server" "orders" {
  identifier   = "https://orders.example.com"
  name         = "orders"
  user_pool_id = aws_cognito_user_pool.customers.id

  scope {
    scope_name        = "read"
    scope_description = "reads orders"
  }
}

resource "aws_cognito_identity_pool" "customers" {
  identity_pool_name               = "customers"
  allow_unauthenticated_identities = false
}
