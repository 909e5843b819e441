"""Rules, which a request can trigger."""

from __future__ import annotations

from typing import Any

from asana_frames.sandbox_server.core.body_checks import must
from asana_frames.sandbox_server.core.store import Object, ObjectFactory
from asana_frames.sandbox_server.core.write_context import Handler, WriteContext

#: The gid of the only rule's trigger: fixed, because no operation lists it.
RULE_TRIGGER = "1208000000000001"


def run_rule(write: WriteContext) -> Object:
    """``POST /rule_triggers/{rule_trigger}/run``: the rule comments on its task."""
    task: Object = write.data["resource"]
    given: Any = write.data["action_data"]
    must(isinstance(given, dict), "action_data", "Must be an object")
    values = ", ".join(f"{key}: {value}" for key, value in given.items())
    story = write.add_story(task, "comment_added", f"Triggered. {values}".strip())
    # Comments of a rule have no author.
    write.update(story, created_by=None, is_editable=False)
    return {"message": "Rule triggered successfully."}


def build_rule_trigger(make: ObjectFactory) -> None:
    """Build the rule's trigger."""
    make.part.add({"gid": RULE_TRIGGER, "resource_type": "rule_trigger"}, "rule_trigger")


#: Write operations -> their handlers.
WRITES: dict[str, Handler] = {
    "triggerRule": run_rule,
}
