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

resource "aws_vpc" "search" {
  cidr_block           = "10.23.0.0/16"
  enable_dns_support   = true
  enable_dns_hostnames = true

  tags = {
    Name = "search"
    team = "platform"
  }
}

resource "aws_security_group" "search_api" {
  name        = "search-api"
  description = "Search API behind the internal load balancer"
  vpc_id      = aws_vpc.search.id

  ingress {
    description = "API from the office network"
    from_port   = 9200
    to_port     = 9200
    protocol    = "tcp"
    cidr_blocks = ["198.51.100.0/24"]
  }

  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }

  tags = {
    Name = "search-api"
    team = "search"
  }
}

resource "aws_cloudwatch_log_group" "search_api" {
  name              = "/example/search-api"
  retention_in_days = 7

  tags = {
    team = "search"
  }
}
