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

resource "aws_vpc" "reporting" {
  cidr_block           = "10.21.0.0/16"
  enable_dns_support   = true
  enable_dns_hostnames = true

  tags = {
    Name = "reporting"
    team = "platform"
  }
}

resource "aws_security_group" "database" {
  name        = "reporting-database"
  description = "PostgreSQL of the reporting warehouse"
  vpc_id      = aws_vpc.reporting.id

  ingress {
    description = "PostgreSQL from the reporting VPC"
    from_port   = 5432
    to_port     = 5432
    protocol    = "tcp"
    cidr_blocks = [aws_vpc.reporting.cidr_block]
  }

  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }

  tags = {
    Name = "reporting-database"
    team = "data"
  }
}
