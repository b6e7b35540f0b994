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

resource "aws_vpc" "checkout" {
  cidr_block           = "10.24.0.0/16"
  enable_dns_support   = true
  enable_dns_hostnames = true

  tags = {
    Name = "checkout"
    team = "platform"
  }
}

resource "aws_subnet" "checkout" {
  for_each = {
    a = { zone = "eu-west-1a", cidr = "10.24.1.0/24" }
    b = { zone = "eu-west-1b", cidr = "10.24.2.0/24" }
  }

  vpc_id            = aws_vpc.checkout.id
  availability_zone = each.value.zone
  cidr_block        = each.value.cidr

  tags = {
    Name = "checkout-${each.key}"
  }
}

resource "aws_launch_template" "checkout" {
  name          = "checkout-worker"
  image_id      = "ami-03cf127a"
  instance_type = "t3.medium"
}

resource "aws_autoscaling_group" "checkout" {
  name                = "checkout-workers"
  min_size            = 1
  max_size            = 6
  desired_capacity    = 1
  vpc_zone_identifier = [for subnet in aws_subnet.checkout : subnet.id]

  launch_template {
    id      = aws_launch_template.checkout.id
    version = "$Latest"
  }

  tag {
    key                 = "team"
    value               = "checkout"
    propagate_at_launch = true
  }

  lifecycle {
    ignore_changes = [desired_capacity]
  }
}
