# Servers, their disks, and the groups that multiply them.

data "aws_ami" "any" {
  most_recent = true
  owners      = ["amazon"]

  filter {
    name   = "name"
    values = ["amzn2-ami-hvm-*"]
  }
}

resource "aws_key_pair" "deploy" {
  key_name   = "deploy"
  public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHHmJ1zSOWQbjvJkXJz3zM0n6pS1R0v0mEbzqDkGmQ3Y deploy"
}

resource "aws_instance" "bastion" {
  ami           = data.aws_ami.any.id
  instance_type = "t3.micro"
  subnet_id     = aws_subnet.a.id
  key_name      = aws_key_pair.deploy.key_name
  tags          = { Name = "bastion" }
}

resource "aws_network_interface" "spare" {
  subnet_id       = aws_subnet.a.id
  security_groups = [aws_security_group.orders.id]
  description     = "second leg of the bastion"
  tags            = { Name = "spare" }
}

resource "aws_eip" "bastion" {
  vpc  = true
  tags = { Name = "bastion" }
}

resource "aws_eip_association" "bastion" {
  allocation_id = aws_eip.bastion.id
  instance_id   = aws_instance.bastion.id
}

resource "aws_ebs_volume" "data" {
  availability_zone = "eu-west-1a"
  size              = 20
  type              = "gp2"
  encrypted         = true
  tags              = { Name = "data" }
}

resource "aws_volume_attachment" "data" {
  device_name = "/dev/sdh"
  volume_id   = aws_ebs_volume.data.id
  instance_id = aws_instance.bastion.id
}

resource "aws_ebs_snapshot" "data" {
  volume_id   = aws_ebs_volume.data.id
  description = "before the migration"
  tags        = { Name = "data" }
}

resource "aws_launch_template" "web" {
  name          = "web"
  image_id      = data.aws_ami.any.id
  instance_type = "t3.small"
  description   = "web servers"

  block_device_mappings {
    device_name = "/dev/sda1"

    ebs {
      volume_size = 30
      encrypted   = "true"
    }
  }

  tags = { Name = "web" }
}

resource "aws_launch_configuration" "batch" {
  name          = "batch"
  image_id      = data.aws_ami.any.id
  instance_type = "t3.small"
}

resource "aws_autoscaling_policy" "more" {
  name                   = "more"
  autoscaling_group_name = aws_autoscaling_group.batch.name
  adjustment_type        = "ChangeInCapacity"
  scaling_adjustment     = 1
  cooldown               = 300
}

resource "aws_autoscaling_lifecycle_hook" "drain" {
  name                   = "drain"
  autoscaling_group_name = aws_autoscaling_group.batch.name
  lifecycle_transition   = "autoscaling:EC2_INSTANCE_TERMINATING"
  heartbeat_timeout      = 600
  default_result         = "CONTINUE"
}

resource "aws_autoscaling_schedule" "night" {
  scheduled_action_name  = "night"
  autoscaling_group_name = aws_autoscaling_group.batch.name
  recurrence             = "0 22 * * *"
  min_size               = 0
  max_size               = 1
  desired_capacity       = 0
}
