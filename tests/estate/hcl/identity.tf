# People, roles and what they may do.

data "aws_iam_policy_document" "lambda_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com", "ecs-tasks.amazonaws.com", "eks.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "orders" {
  name                 = "orders"
  description          = "The order service"
  assume_role_policy   = data.aws_iam_policy_document.lambda_trust.json
  max_session_duration = 7200
  tags                 = { Team = "orders" }
}

resource "aws_iam_role_policy" "orders_queue" {
  name = "queue"
  role = aws_iam_role.orders.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["sqs:SendMessage", "sqs:ReceiveMessage"]
      Resource = "*"
    }]
  })
}

resource "aws_iam_policy" "read_orders" {
  name        = "read-orders"
  description = "Reads orders"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "Read"
      Effect   = "Allow"
      Action   = "dynamodb:GetItem"
      Resource = "*"
    }]
  })
}

resource "aws_iam_role_policy_attachment" "orders_read" {
  role       = aws_iam_role.orders.name
  policy_arn = aws_iam_policy.read_orders.arn
}

resource "aws_iam_role_policy_attachment" "orders_logs" {
  role       = aws_iam_role.orders.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

resource "aws_iam_instance_profile" "web" {
  name = "web"
  role = aws_iam_role.orders.name
}

resource "aws_iam_service_linked_role" "autoscaling" {
  aws_service_name = "autoscaling.amazonaws.com"
  description      = "made once an account"
}

resource "aws_iam_user" "robot" {
  name = "robot"
  path = "/machines/"
  tags = { Team = "platform" }
}

resource "aws_iam_user_policy" "robot" {
  name = "list"
  user = aws_iam_user.robot.name

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "s3:ListAllMyBuckets", Resource = "*" }]
  })
}

resource "aws_iam_user_policy_attachment" "robot" {
  user       = aws_iam_user.robot.name
  policy_arn = aws_iam_policy.read_orders.arn
}

resource "aws_iam_access_key" "robot" {
  user = aws_iam_user.robot.name
}

resource "aws_iam_user_ssh_key" "robot" {
  username   = aws_iam_user.robot.name
  encoding   = "SSH"
  public_key = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDHm2 robot"
}

resource "aws_iam_group" "readers" {
  name = "readers"
}

resource "aws_iam_group_policy" "readers" {
  name  = "read"
  group = aws_iam_group.readers.name

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["ec2:Describe*", "s3:List*"], Resource = "*" }]
  })
}

resource "aws_iam_group_policy_attachment" "readers" {
  group      = aws_iam_group.readers.name
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}

resource "aws_iam_user" "auditor" {
  name = "auditor"
}

resource "aws_iam_group" "auditors" {
  name = "auditors"
}

resource "aws_iam_user_group_membership" "auditor" {
  user   = aws_iam_user.auditor.name
  groups = [aws_iam_group.auditors.name]
}

resource "aws_iam_policy" "billing" {
  name   = "billing"
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "ce:*", Resource = "*" }] })
}

resource "aws_iam_policy_attachment" "billing" {
  name       = "billing"
  groups     = [aws_iam_group.auditors.name]
  policy_arn = aws_iam_policy.billing.arn
}

resource "aws_iam_openid_connect_provider" "pipeline" {
  url             = "https://token.pipeline.example.com"
  client_id_list  = ["sts.amazonaws.com"]
  thumbprint_list = ["6938fd4d98bab03faadb97b34396831e3780aea1"]
}

resource "aws_iam_saml_provider" "office" {
  name                   = "office"
  saml_metadata_document = file("${path.module}/saml_metadata.xml")
}

resource "aws_iam_account_alias" "shop" {
  account_alias = "example-shop"
}

resource "aws_iam_account_password_policy" "shop" {
  minimum_password_length        = 16
  require_symbols                = true
  require_numbers                = true
  require_lowercase_characters   = true
  require_uppercase_characters   = true
  allow_users_to_change_password = true
  max_password_age               = 90
  password_reuse_prevention      = 5
}
