# One group with its rules inline, one whose rules are resources of their own.

resource "aws_security_group" "web" {
  name        = "web"
  description = "Web servers"
  vpc_id      = aws_vpc.shop.id

  ingress {
    description = "HTTPS from the company"
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["10.0.0.0/8", "172.16.0.0/12"]
  }

  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }

  tags = { Name = "web" }
}

resource "aws_security_group" "orders" {
  name        = "orders"
  description = "Order service"
  vpc_id      = aws_vpc.shop.id
  tags        = { Name = "orders" }
}

resource "aws_security_group_rule" "orders_from_web" {
  security_group_id        = aws_security_group.orders.id
  type                     = "ingress"
  from_port                = 8080
  to_port                  = 8080
  protocol                 = "tcp"
  source_security_group_id = aws_security_group.web.id
}

resource "aws_security_group_rule" "orders_out" {
  security_group_id = aws_security_group.orders.id
  type              = "egress"
  from_port         = 443
  to_port           = 443
  protocol          = "tcp"
  cidr_blocks       = ["10.20.0.0/16"]
}

resource "aws_default_security_group" "office" {
  vpc_id = aws_vpc.office.id
  tags   = { Name = "unused" }
}

resource "aws_default_route_table" "office" {
  default_route_table_id = aws_vpc.office.default_route_table_id
  tags                   = { Name = "unused" }
}

resource "aws_default_network_acl" "office" {
  default_network_acl_id = aws_vpc.office.default_network_acl_id
  tags                   = { Name = "unused" }
}
