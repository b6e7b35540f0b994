resource "aws_autoscaling_group" "batch" {
  name                 = "batch"
  launch_configuration = aws_launch_configuration.batch.name
  vpc_zone_identifier  = [aws_subnet.b.id]
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
