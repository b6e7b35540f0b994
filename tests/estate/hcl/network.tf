# The network that everything else stands in.

resource "aws_vpc" "shop" {
  cidr_block           = "10.20.0.0/16"
  enable_dns_support   = true
  enable_dns_hostnames = true
  tags                 = { Name = "shop" }
}

resource "aws_vpc_ipv4_cidr_block_association" "more" {
  vpc_id     = aws_vpc.shop.id
  cidr_block = "10.21.0.0/16"
}

resource "aws_subnet" "a" {
  vpc_id            = aws_vpc.shop.id
  cidr_block        = "10.20.1.0/24"
  availability_zone = "eu-west-1a"
  tags              = { Name = "shop-a" }
}

resource "aws_subnet" "b" {
  vpc_id            = aws_vpc.shop.id
  cidr_block        = "10.20.2.0/24"
  availability_zone = "eu-west-1b"
  tags              = { Name = "shop-b" }
}

resource "aws_internet_gateway" "shop" {
  vpc_id = aws_vpc.shop.id
  tags   = { Name = "shop" }
}

resource "aws_egress_only_internet_gateway" "shop" {
  vpc_id = aws_vpc.shop.id
}

resource "aws_eip" "nat" {
  vpc  = true
  tags = { Name = "shop-nat" }
}

resource "aws_nat_gateway" "shop" {
  allocation_id = aws_eip.nat.id
  subnet_id     = aws_subnet.a.id
  tags          = { Name = "shop" }
}

resource "aws_route_table" "private" {
  vpc_id = aws_vpc.shop.id
  tags   = { Name = "shop-private" }
}

resource "aws_route" "out" {
  route_table_id         = aws_route_table.private.id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.shop.id
}

resource "aws_route_table_association" "a" {
  subnet_id      = aws_subnet.a.id
  route_table_id = aws_route_table.private.id
}

resource "aws_main_route_table_association" "shop" {
  vpc_id         = aws_vpc.shop.id
  route_table_id = aws_route_table.private.id
}

resource "aws_network_acl" "shop" {
  vpc_id = aws_vpc.shop.id
  tags   = { Name = "shop" }
}

resource "aws_network_acl_rule" "https" {
  network_acl_id = aws_network_acl.shop.id
  rule_number    = 100
  protocol       = "tcp"
  rule_action    = "allow"
  cidr_block     = "10.0.0.0/8"
  from_port      = 443
  to_port        = 443
}

resource "aws_vpc_dhcp_options" "shop" {
  domain_name         = "shop.internal"
  domain_name_servers = ["AmazonProvidedDNS"]
}

resource "aws_vpc_dhcp_options_association" "shop" {
  vpc_id          = aws_vpc.shop.id
  dhcp_options_id = aws_vpc_dhcp_options.shop.id
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id       = aws_vpc.shop.id
  service_name = "com.amazonaws.eu-west-1.s3"
  tags         = { Name = "shop-s3" }
}

resource "aws_vpc_endpoint_route_table_association" "s3" {
  vpc_endpoint_id = aws_vpc_endpoint.s3.id
  route_table_id  = aws_route_table.private.id
}

resource "aws_flow_log" "shop" {
  vpc_id               = aws_vpc.shop.id
  traffic_type         = "REJECT"
  log_destination_type = "s3"
  log_destination      = aws_s3_bucket.logs.arn
}

resource "aws_vpc" "office" {
  cidr_block = "10.30.0.0/16"
  tags       = { Name = "office" }
}

resource "aws_vpc_peering_connection" "office" {
  vpc_id      = aws_vpc.shop.id
  peer_vpc_id = aws_vpc.office.id
  auto_accept = true
  tags        = { Name = "shop-office" }
}

resource "aws_vpn_gateway" "shop" {
  vpc_id          = aws_vpc.shop.id
  amazon_side_asn = "64512"
  tags            = { Name = "shop" }
}

resource "aws_customer_gateway" "office" {
  bgp_asn    = 65000
  ip_address = "198.51.100.7"
  type       = "ipsec.1"
  tags       = { Name = "office" }
}

resource "aws_vpn_connection" "office" {
  vpn_gateway_id      = aws_vpn_gateway.shop.id
  customer_gateway_id = aws_customer_gateway.office.id
  type                = "ipsec.1"
  tags                = { Name = "office" }
}

resource "aws_ec2_transit_gateway" "hub" {
  description = "joins shop and office"
  tags        = { Name = "hub" }
}

resource "aws_ec2_transit_gateway_vpc_attachment" "shop" {
  transit_gateway_id = aws_ec2_transit_gateway.hub.id
  vpc_id             = aws_vpc.shop.id
  subnet_ids         = [aws_subnet.a.id]
}

resource "aws_ec2_transit_gateway_route_table" "hub" {
  transit_gateway_id = aws_ec2_transit_gateway.hub.id
  tags               = { Name = "hub" }
}

resource "aws_ec2_transit_gateway_route" "office" {
  destination_cidr_block         = "10.30.0.0/16"
  transit_gateway_attachment_id  = aws_ec2_transit_gateway_vpc_attachment.shop.id
  transit_gateway_route_table_id = aws_ec2_transit_gateway_route_table.hub.id
}
