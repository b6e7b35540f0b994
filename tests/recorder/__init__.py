"""Record the stories of this folder: real Terraform, the real provider, a simulated cloud.

State and live configuration are only ever what the tools wrote. The audit log alone is
composed here, because the simulator keeps none; its ids come from the tools' answers.
"""
