"""All stories, in the order of their folders' first mention in the demo."""

from tests.recorder.model import Story
from tests.recorder.stories import (
    autoscaling_burst,
    break_glass,
    console_change_reverted,
    console_change_ticket_afterwards,
    console_change_with_ticket,
    console_open_security_group,
    denied_attempt,
    laptop_terraform,
    pipeline_apply_reviewed,
    s3_console_public,
    unmanaged_bucket,
)

STORIES: tuple[Story, ...] = (
    console_open_security_group.STORY,
    console_change_with_ticket.STORY,
    console_change_ticket_afterwards.STORY,
    pipeline_apply_reviewed.STORY,
    laptop_terraform.STORY,
    autoscaling_burst.STORY,
    break_glass.STORY,
    console_change_reverted.STORY,
    unmanaged_bucket.STORY,
    denied_attempt.STORY,
    s3_console_public.STORY,
)
