resource "aws_ami_from_instance" "golden" {
  name               = "golden"
  source_instance_id = aws_instance.bastion.id
  tags               = { Name = "golden" }
}
