"""The office: templates, roles, agents, webhooks, audit log, exports and the like."""

from __future__ import annotations

from datetime import timedelta

from asana_frames.sandbox_server.core.store import Object, ObjectFactory, format_moment

_AUDIT_EVENTS = (
    ("user_login_succeeded", "logins"),
    ("task_deleted", "deletion"),
    ("user_invited", "user_updates"),
    ("workspace_password_requirements_changed", "admin_settings"),
)
_STANDARD_ROLES = ("super_admin", "admin", "member", "guest")


def build_office(make: ObjectFactory) -> None:
    """Make what surrounds the work."""
    _build_templates(make)
    _build_roles(make)
    _build_agents(make)
    _build_project_briefs(make)
    _build_requests(make)
    _build_audit_log(make)
    _build_ai_studio_usage(make)


def _workspace_of(make: ObjectFactory) -> Object:
    return make.all("workspace")[0]


def _build_templates(make: ObjectFactory) -> None:
    people, projects = make.all("user"), make.all("project")
    for team in make.all("team")[:2]:
        template = make.add(
            "project_template",
            name=f"{team['name']} launch",
            description="From idea to launch.",
            html_description="<body>From idea to launch.</body>",
            public=False,
            owner=people[0],
            team=team,
            requested_dates=[{"gid": "1", "name": "Start date", "description": "First day."}],
            color="light-green",
            requested_roles=[
                make.add("template_role", name="Lead"),
                make.add("template_role", name="Editor"),
            ],
        )
        projects[0]["created_from_template"] = projects[0]["created_from_template"] or template
    for project in projects[:3]:
        _build_task_template(make, project, people)
        options = [
            make.add("custom_type_status_option", name=name, color="green", enabled=True)
            for name in ("Reported", "Fixed", "Closed")
        ]
        kind = make.add(
            "custom_type", name="Bug", status_options=options, _workspace=_workspace_of(make)
        )
        make.add_related("custom_types", project, kind)


def _build_task_template(make: ObjectFactory, project: Object, people: list[Object]) -> None:
    nothing = ("dependencies", "dependents", "attachments", "subtasks", "custom_fields")
    make.add(
        "task_template",
        name="Press release",
        project=project,
        template={
            "name": "Press release",
            "task_resource_subtype": "default_task",
            "description": "Write, translate, send.",
            "html_description": "<body>Write, translate, send.</body>",
            "memberships": [project],
            "relative_start_on": 0,
            "relative_due_on": 7,
            "due_time": None,
            "followers": people[:2],
            **{name: [] for name in nothing},
        },
        created_by=people[0],
        created_at=project["created_at"],
    )


def _build_roles(make: ObjectFactory) -> None:
    flags = (
        "create_app_authorization", "create_pat_authorization", "share_goal_with_domain",
        "share_portfolios_with_org", "assign_roles", "manage_roles", "export_project_data",
        "download_mobile_attachments", "import_data", "create_global_custom_fields",
        "upload_attachments", "create_team", "create_and_edit_ai_automations", "proactive_ai",
        "standard_ai", "create_and_edit_ai_teammates", "share_teams_with_org", "create_goal",
        "create_project", "create_read_only_link", "create_portfolio", "view_public_teams",
        "view_shared_with_org_projects", "view_shared_with_org_tasks",
        "view_shared_with_org_portfolios",
    )  # fmt: skip
    for place, base in enumerate(_STANDARD_ROLES):
        make.add(
            "role",
            name=base.replace("_", " ").capitalize(),
            description=f"The standard {base.replace('_', ' ')}.",
            is_standard_role=True,
            base_role_type=base,
            permissions={flag: place < 2 or number % 3 != 0 for number, flag in enumerate(flags)}
            | {
                "task_deletion_policy": "all" if place < 2 else "owned",
                "allowed_guest_invites": "all",
            },
            creation_time=format_moment(make.now - timedelta(days=500)),
            modified_at=format_moment(make.now - timedelta(days=100)),
            workspace=_workspace_of(make),
        )


def _build_agents(make: ObjectFactory) -> None:
    for name in ("Brief writer", "Triage helper"):
        make.add(
            "agent",
            resource_subtype="asana_teammate",
            name=name,
            description=f"{name}: a teammate made of software.",
            behavior_guidance="Be brief.",
            workspace=_workspace_of(make),
            photo=None,
        )


def _build_project_briefs(make: ObjectFactory) -> None:
    for project in make.all("project")[:5]:
        project["project_brief"] = make.add(
            "project_brief",
            title=f"{project['name']} in one page",
            html_text=f"<body>{project['notes']}</body>",
            text=project["notes"],
            permalink_url=project["permalink_url"],
            project=project,
        )


def _build_requests(make: ObjectFactory) -> None:
    people, project = make.all("user"), make.all("project")[0]
    make.add(
        "access_request",
        message="May I read along?",
        approval_status="pending",
        requester=people[-1],
        target=project,
    )
    _build_webhook(make, project)
    # What the web app shows as the address of a rule; the API does not list them.
    make.add("rule_trigger")
    for status in ("succeeded", "in_progress"):
        nothing = dict.fromkeys(
            ("new_portfolio", "new_project_template", "new_graph_export", "new_resource_export")
        )
        make.add(
            "job",
            resource_subtype="duplicate_project",
            status=status,
            new_project=project if status == "succeeded" else None,
            new_task=None,
            **nothing,
        )
    make.add(
        "organization_export",
        created_at=format_moment(make.now - timedelta(days=3)),
        download_url="https://files.acme.example/export.json.gz",
        state="finished",
        organization=_workspace_of(make),
    )


def _build_webhook(make: ObjectFactory, project: Object) -> None:
    make.add(
        "webhook",
        active=True,
        resource=project,
        target="https://hooks.acme.example/asana",
        created_at=format_moment(make.now - timedelta(days=30)),
        last_failure_at=None,
        last_failure_content="",
        last_success_at=format_moment(make.now - timedelta(minutes=5)),
        delivery_retry_count=0,
        next_attempt_after=None,
        failure_deletion_timestamp=None,
        filters=[
            {
                "resource_type": "task",
                "action": "changed",
                "fields": ["due_on"],
            }
        ],
        _workspace=_workspace_of(make),
    )


def _build_audit_log(make: ObjectFactory) -> None:
    people = make.all("user")
    for number in range(250):
        moment = make.now - timedelta(days=89) + timedelta(hours=8.4 * number)
        kind, category = make.random.choice(_AUDIT_EVENTS)
        person = make.random.choice(people)
        event = make.add(
            "audit_log_event",
            created_at=format_moment(moment),
            event_type=kind,
            event_category=category,
            actor={
                "actor_type": "user",
                "gid": person["gid"],
                "name": person["name"],
                "email": person["email"],
            },
            resource={
                "resource_type": "user",
                "resource_subtype": "human",
                "gid": person["gid"],
                "name": person["name"],
                "email": person["email"],
            },
            details={"group": {"old": 1, "new": 2}} if number % 50 == 0 else {},
            context={
                "context_type": "web",
                "client_ip_address": "192.0.2.7",
                "user_agent": "Browser",
            },
        )
        del event["resource_type"]


def _build_ai_studio_usage(make: ObjectFactory) -> None:
    for number in range(30):
        make.add(
            "ai_studio_run", run_started_at=format_moment(make.now - timedelta(days=30 - number))
        )
    for _ in range(5):
        make.add("ai_studio_seat", state="active")
