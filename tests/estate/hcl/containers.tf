# Clusters and what is known of them.

resource "aws_ecs_cluster" "shop" {
  name = "shop"
  tags = { Name = "shop" }

  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

resource "aws_ecs_task_definition" "orders" {
  family                   = "orders"
  network_mode             = "awsvpc"
  requires_compatibilities = ["FARGATE"]
  cpu                      = "256"
  memory                   = "512"
  execution_role_arn       = aws_iam_role.orders.arn
  tags                     = { Name = "orders" }

  container_definitions = jsonencode([{
    name      = "orders"
    image     = "orders:1"
    essential = true
  }])
}

resource "aws_eks_cluster" "platform" {
  name     = "platform"
  role_arn = aws_iam_role.orders.arn
  version  = "1.20"
  tags     = { Name = "platform" }

  vpc_config {
    subnet_ids              = [aws_subnet.a.id, aws_subnet.b.id]
    endpoint_private_access = true
    endpoint_public_access  = false
  }
}

resource "aws_eks_node_group" "platform" {
  cluster_name    = aws_eks_cluster.platform.name
  node_group_name = "platform"
  node_role_arn   = aws_iam_role.orders.arn
  subnet_ids      = [aws_subnet.a.id]
  tags            = { Name = "platform" }

  scaling_config {
    desired_size = 1
    max_size     = 3
    min_size     = 1
  }
}

resource "aws_eks_fargate_profile" "jobs" {
  cluster_name           = aws_eks_cluster.platform.name
  fargate_profile_name   = "jobs"
  pod_execution_role_arn = aws_iam_role.orders.arn
  subnet_ids             = [aws_subnet.a.id]

  selector {
    namespace = "jobs"
  }
}

resource "aws_batch_job_definition" "report" {
  name = "report"
  type = "container"

  container_properties = jsonencode({
    image   = "report:1"
    memory  = 512
    vcpus   = 1
    command = ["report"]
  })
}

resource "aws_service_discovery_private_dns_namespace" "shop" {
  name        = "services.shop.internal"
  description = "names of the services"
  vpc         = aws_vpc.shop.id
}

resource "aws_service_discovery_http_namespace" "legacy" {
  name        = "legacy"
  description = "names of what is old"
}

resource "aws_service_discovery_service" "orders" {
  name = "orders"

  dns_config {
    namespace_id = aws_service_discovery_private_dns_namespace.shop.id

    dns_records {
      ttl  = 10
      type = "A"
    }
  }
}

resource "aws_codebuild_project" "orders" {
  name          = "orders"
  description   = "builds the order service"
  service_role  = aws_iam_role.orders.arn
  build_timeout = 20

  artifacts {
    type = "NO_ARTIFACTS"
  }

  environment {
    compute_type = "BUILD_GENERAL1_SMALL"
    image        = "aws/codebuild/standard:5.0"
    type         = "LINUX_CONTAINER"
  }

  source {
    type     = "S3"
    location = "example-shop-assets/source.zip"
  }
}

resource "aws_cloudformation_stack" "legacy" {
  name = "legacy"

  template_body = jsonencode({
    Resources = { Queue = { Type = "AWS::SQS::Queue", Properties = { QueueName = "from-a-stack" } } }
  })
}

resource "aws_iot_thing" "scanner" {
  name       = "scanner"
  attributes = { place = "warehouse" }
}

resource "aws_iot_thing_type" "scanner" {
  name = "scanner"
}

resource "aws_iot_policy" "scanner" {
  name = "scanner"

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["iot:Publish"], Resource = "*" }]
  })
}

resource "aws_swf_domain" "legacy" {
  name                                        = "legacy"
  workflow_execution_retention_period_in_days = 7
}
