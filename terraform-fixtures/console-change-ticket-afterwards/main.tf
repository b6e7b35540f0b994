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

resource "aws_vpc" "build" {
  cidr_block           = "10.22.0.0/16"
  enable_dns_support   = true
  enable_dns_hostnames = true

  tags = {
    Name = "build"
    team = "platform"
  }
}

resource "aws_security_group" "workers" {
  name        = "build-workers"
  description = "Windows build workers"
  vpc_id      = aws_vpc.build.id

  ingress {
    description = "WinRM from inside the VPC"
    from_port   = 5986
    to_port     = 5986
    protocol    = "tcp"
    cidr_blocks = [aws_vpc.build.cidr_block]
  }

  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }

  tags = {
    Name = "build-workers"
    team = "build"
  }
}
