"""What objects show by default: compact, full, and what only when asked for."""

from __future__ import annotations

#: What compact objects show besides gid and resource_type.
COMPACT: dict[str, tuple[str, ...]] = {
    "goal": ("name", "owner"),
    "story": ("created_at", "created_by", "resource_subtype", "text"),
    "status_update": ("title", "resource_subtype"),
    "project_status": ("title",),
    "task": ("name", "resource_subtype"),
    "attachment": ("name", "resource_subtype"),
    "time_tracking_entry": (
        "duration_minutes",
        "entered_on",
        "attributable_to",
        "created_by",
        "categories",
    ),
    "time_tracking_category": ("name", "color"),
    "time_period": ("start_on", "end_on", "period", "display_name"),
    "timesheet_approval_status": (
        "created_at",
        "user",
        "workspace",
        "start_date",
        "end_date",
        "approval_status",
    ),
    "rate": ("parent", "resource", "rate", "currency_code", "created_by"),
    "goal_relationship": ("resource_subtype", "supporting_resource", "contribution_weight"),
    "team_membership": ("user", "team", "is_guest", "is_limited_access", "is_admin"),
    "workspace_membership": ("user", "workspace"),
    "membership": ("resource_subtype", "parent", "member", "access_level"),
    "project_membership": ("parent", "member", "access_level"),
    "portfolio_membership": ("portfolio", "user", "access_level"),
    "agent": ("name", "resource_subtype"),
    "role": ("name", "description", "is_standard_role"),
    "user_task_list": ("name", "owner", "workspace"),
    "project_portfolio_setting": ("project", "portfolio", "is_access_control_inherited"),
    "enum_option": ("name", "enabled", "color"),
    "custom_field": (
        "name",
        "resource_subtype",
        "precision",
        "format",
        "currency_code",
        "type",
        "representation_type",
        "enum_options",
        "enabled",
        "display_value",
        "number_value",
        "text_value",
        "enum_value",
        "multi_enum_values",
        "date_value",
        "people_value",
        "reference_value",
        "id_prefix",
        "input_restrictions",
        "is_formula_field",
    ),
    "reaction": ("emoji", "user"),
    "graph_export": ("created_at", "download_url", "completed_at"),
    "resource_export": ("created_at", "download_url", "completed_at"),
}
#: Types whose lists show the full object.
ALWAYS_FULL = {
    "access_request",
    "ai_studio_run",
    "ai_studio_seat",
    "allocation",
    "budget",
    "custom_field",
    "custom_field_setting",
    "custom_type",
    "ooo_entry",
    "webhook",
}
#: Fields shown only when asked for.
HIDDEN: dict[str, frozenset[str]] = {
    "task": frozenset(
        (
            "created_by",
            "dependencies",
            "dependents",
            "external",
            "html_notes",
            "is_rendered_as_separator",
            "num_subtasks",
        )
    ),
    "project": frozenset(("html_notes", "project_brief", "created_from_template")),
    "portfolio": frozenset(("archived",)),
    "custom_field": frozenset(("description",)),
    "story": frozenset(("html_text",)),
    "status_update": frozenset(("html_text",)),
    "project_status": frozenset(("html_text",)),
    "team": frozenset(("description", "html_description")),
    "project_brief": frozenset(("text",)),
}
#: Not even the compact form, but all of it.
FULL: tuple[str, ...] = ("*",)
_NAMED = ("gid", "resource_type", "name")
#: References that are shown with less than their compact form, or in full.
FORMS: dict[tuple[str, str], tuple[str, ...]] = {
    ("access_request", "target"): ("gid", "resource_type"),
    ("custom_field_setting", "custom_field"): FULL,
    ("custom_field_setting", "parent"): _NAMED,
    ("goal", "custom_field_settings"): FULL,
    ("portfolio", "custom_field_settings"): FULL,
    ("project", "custom_field_settings"): FULL,
    ("goal_relationship", "supporting_resource"): _NAMED,
    ("membership", "parent"): _NAMED,
    ("status_update", "parent"): _NAMED,
    ("story", "target"): _NAMED,
    ("task", "dependencies"): ("gid", "resource_type"),
    ("task", "dependents"): ("gid", "resource_type"),
}
