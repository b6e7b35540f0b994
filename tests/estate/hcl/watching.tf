# Logs, alarms and what the auditors ask for.

resource "aws_cloudtrail" "shop" {
  name                          = "shop"
  s3_bucket_name                = aws_s3_bucket.logs.id
  include_global_service_events = true
  is_multi_region_trail         = true
  enable_log_file_validation    = true
  tags                          = { Name = "shop" }
  depends_on                    = [aws_s3_bucket_policy.logs]
}

resource "aws_cloudwatch_log_group" "orders" {
  name              = "/shop/orders"
  retention_in_days = 365
  tags              = { Name = "orders" }
}

resource "aws_cloudwatch_log_stream" "orders" {
  name           = "main"
  log_group_name = aws_cloudwatch_log_group.orders.name
}

resource "aws_cloudwatch_log_metric_filter" "errors" {
  name           = "errors"
  pattern        = "ERROR"
  log_group_name = aws_cloudwatch_log_group.orders.name

  metric_transformation {
    name      = "errors"
    namespace = "shop"
    value     = "1"
  }
}

resource "aws_cloudwatch_log_subscription_filter" "orders" {
  name            = "orders"
  log_group_name  = aws_cloudwatch_log_group.orders.name
  filter_pattern  = "ERROR"
  destination_arn = aws_kinesis_firehose_delivery_stream.clicks.arn
  role_arn        = aws_iam_role.orders.arn
}

resource "aws_cloudwatch_log_resource_policy" "dns" {
  policy_name = "dns"

  policy_document = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "route53.amazonaws.com" }
      Action    = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource  = "arn:aws:logs:*:*:log-group:/aws/route53/*"
    }]
  })
}

resource "aws_cloudwatch_metric_alarm" "errors" {
  alarm_name          = "errors"
  alarm_description   = "too many errors"
  namespace           = "shop"
  metric_name         = "errors"
  comparison_operator = "GreaterThanThreshold"
  statistic           = "Sum"
  threshold           = 5
  period              = 300
  evaluation_periods  = 2
  alarm_actions       = [aws_sns_topic.alarms.arn]
  tags                = { Name = "errors" }
}

resource "aws_cloudwatch_dashboard" "shop" {
  dashboard_name = "shop"

  dashboard_body = jsonencode({
    widgets = [{ type = "text", x = 0, y = 0, width = 6, height = 3, properties = { markdown = "shop" } }]
  })
}

resource "aws_config_configuration_recorder" "shop" {
  name     = "shop"
  role_arn = aws_iam_role.orders.arn

  recording_group {
    all_supported                 = true
    include_global_resource_types = true
  }
}

resource "aws_config_delivery_channel" "shop" {
  name           = "shop"
  s3_bucket_name = aws_s3_bucket.logs.bucket
  depends_on     = [aws_config_configuration_recorder.shop]
}

resource "aws_config_configuration_recorder_status" "shop" {
  name       = aws_config_configuration_recorder.shop.name
  is_enabled = true
  depends_on = [aws_config_delivery_channel.shop]
}

resource "aws_config_config_rule" "encrypted" {
  name        = "encrypted"
  description = "volumes are encrypted"

  source {
    owner             = "AWS"
    source_identifier = "ENCRYPTED_VOLUMES"
  }

  depends_on = [aws_config_configuration_recorder.shop]
}

resource "aws_guardduty_detector" "shop" {
  enable                       = true
  finding_publishing_frequency = "SIX_HOURS"
}

resource "aws_organizations_organization" "company" {
  feature_set = "ALL"
}

resource "aws_organizations_organizational_unit" "production" {
  name      = "production"
  parent_id = aws_organizations_organization.company.roots[0].id
}

resource "aws_organizations_policy" "regions" {
  name        = "regions"
  description = "stay in Europe"

  content = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Deny", Action = "*", Resource = "*", Condition = { StringNotLike = { "aws:RequestedRegion" = "eu-*" } } }]
  })

  depends_on = [aws_organizations_organization.company]
}

resource "aws_wafv2_ip_set" "office" {
  name               = "office"
  description        = "the office"
  scope              = "REGIONAL"
  ip_address_version = "IPV4"
  addresses          = ["198.51.100.0/24"]
  tags               = { Name = "office" }
}

resource "aws_wafv2_web_acl" "shop" {
  name        = "shop"
  description = "in front of the shop"
  scope       = "REGIONAL"
  tags        = { Name = "shop" }

  default_action {
    allow {}
  }

  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = "shop"
    sampled_requests_enabled   = false
  }
}
