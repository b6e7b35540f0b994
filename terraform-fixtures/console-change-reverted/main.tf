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

resource "aws_vpc" "metrics" {
  cidr_block           = "10.25.0.0/16"
  enable_dns_support   = true
  enable_dns_hostnames = true

  tags = {
    Name = "metrics"
    team = "platform"
  }
}

resource "aws_security_group" "collector" {
  name        = "metrics-collector"
  description = "Metrics collectors"
  vpc_id      = aws_vpc.metrics.id

  ingress {
    description = "Scrapes from inside the VPC"
    from_port   = 9090
    to_port     = 9090
    protocol    = "tcp"
    cidr_blocks = [aws_vpc.metrics.cidr_block]
  }

  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }

  tags = {
    Name = "metrics-collector"
    team = "observability"
  }
}
