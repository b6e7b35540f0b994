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
}

variable "orders_password" {
  description = "Master password of the orders database, from the secret store"
  type        = string
  sensitive   = true
}

resource "aws_db_instance" "orders" {
  identifier              = "orders-production"
  engine                  = "postgres"
  engine_version          = "12.6"
  instance_class          = "db.m5.large"
  allocated_storage       = 100
  storage_type            = "gp2"
  storage_encrypted       = true
  name                    = "orders"
  username                = "orders_admin"
  password                = var.orders_password
  backup_retention_period = 7
  deletion_protection     = true
  skip_final_snapshot     = true

  tags = {
    team = "orders"
    tier = "production"
  }
}
