terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "3.39.0"
    }
  }
}

provider "aws" {
  region = "eu-west-1"

  default_tags {
    tags = {
      managed-by = "terraform"
      repository = "example/infra"
    }
  }
}

resource "aws_cloudwatch_log_group" "payments" {
  name              = "/example/payments"
  retention_in_days = 90
}

resource "aws_sns_topic" "payment_events" {
  name         = "payment-events"
  display_name = "Payment events"
}

resource "aws_dynamodb_table" "payment_idempotency" {
  name         = "payment-idempotency"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "request_id"

  attribute {
    name = "request_id"
    type = "S"
  }
}

resource "aws_iam_role" "payments" {
  name        = "payments-service"
  description = "What the payments service may do"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "payments" {
  name = "payments-data"
  role = aws_iam_role.payments.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = "sns:Publish"
        Resource = aws_sns_topic.payment_events.arn
      },
      {
        Effect   = "Allow"
        Action   = ["dynamodb:GetItem", "dynamodb:PutItem"]
        Resource = aws_dynamodb_table.payment_idempotency.arn
      },
    ]
  })
}
