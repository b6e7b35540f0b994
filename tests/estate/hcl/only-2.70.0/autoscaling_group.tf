# This version asks for a subnet without a name when subnets are given here that are new.

resource "aws_autoscaling_group" "batch" {
  name                 = "batch"
  launch_configuration = aws_launch_configuration.batch.name
  availability_zones   = ["eu-west-1b"]
  min_size             = 0
  max_size             = 4
  desired_capacity     = 1
  health_check_type    = "EC2"

  tag {
    key                 = "Name"
    value               = "batch"
    propagate_at_launch = true
  }
}
