"""Names and texts of the synthetic company."""

from __future__ import annotations

from typing import NamedTuple

PEOPLE = (
    "Zoe Ng", "Amara Okafor", "Ben Fischer", "Carla Mendes", "Daniel Novak", "Elif Yildiz",
    "Farid Haddad", "Greta Lindqvist", "Hiro Tanaka", "Ines Moreau", "Jonas Weber", "Keiko Mori",
    "Liam O'Brien", "Maya Patel", "Nils Berg", "Olga Ivanova", "Pedro Santos", "Quinn Taylor",
    "Rosa Jimenez", "Samir Aziz", "Tove Jansson", "Uma Krishnan", "Viktor Horvat",
    "Wanda Kowalska",
)  # fmt: skip
TEAMS = ("Marketing", "Product", "Engineering", "Customer Success", "Operations")


class ProjectStory(NamedTuple):
    """A project and its course, from which tasks, dates, budget and updates are built."""

    name: str
    team: str
    sections: tuple[str, ...]
    #: Weight of its share of tasks.
    share: int
    #: Days until it is due.
    due_in: int = 120
    #: Share of the tasks that are completed in time.
    done: float = 0.9
    #: Used share of its budget; None without a budget.
    used: float | None = None
    #: Latest status and its text; None without updates.
    status: str | None = "on_track"
    text: str = ""
    #: Number of open tasks that wait for one another.
    chain: int = 0

    @property
    def is_behind(self) -> bool:
        """Whether it will not be done in time."""
        return self.status == "off_track"


PROJECTS = (
    ProjectStory(
        name="Website relaunch",
        team="Marketing",
        sections=("Backlog", "In progress", "Review", "Done"),
        share=16,
        due_in=20,
        done=0.94,
        used=0.92,
        status="at_risk",
        text="At risk: a chain of tasks must end before the launch.",
        chain=7,
    ),
    ProjectStory(
        name="Autumn campaign",
        team="Marketing",
        sections=("Ideas", "Production", "Live", "Done"),
        share=11,
        due_in=37,
        done=0.97,
        used=0.81,
    ),
    ProjectStory(
        name="Quarterly planning",
        team="Marketing",
        sections=("Open", "Decided"),
        share=4,
        due_in=90,
        done=0.97,
        used=0.55,
    ),
    ProjectStory(
        name="Quarterly planning",
        team="Product",
        sections=("Open", "Decided"),
        share=4,
        due_in=99,
        done=0.97,
        used=0.48,
    ),
    ProjectStory(
        name="Mobile app",
        team="Product",
        sections=("Backlog", "Next", "Building", "Testing", "Shipped"),
        share=16,
        due_in=30,
        done=0.68,
        used=0.94,
        status="off_track",
        text="Off track: a third of the tasks is open a month before the end, and testing waits.",
        chain=9,
    ),
    ProjectStory(
        name="Product discovery",
        team="Product",
        sections=("Questions", "Research", "Answered"),
        share=8,
        due_in=105,
        used=0.6,
    ),
    ProjectStory(
        name="Platform reliability",
        team="Engineering",
        sections=("To do", "Doing", "Blocked", "Done"),
        share=12,
        due_in=122,
        used=1.12,
        status="at_risk",
        text="At risk: the work goes well, but the budget is used up.",
        chain=5,
    ),
    ProjectStory(
        name="Data warehouse",
        team="Engineering",
        sections=("To do", "Doing", "Done"),
        share=9,
        due_in=139,
        used=0.52,
    ),
    ProjectStory(
        name="Customer onboarding",
        team="Customer Success",
        sections=("New", "Kick-off", "Training", "Live"),
        share=10,
        due_in=156,
        used=0.7,
    ),
    ProjectStory(
        name="Support playbook",
        team="Customer Success",
        sections=("Drafts", "Review", "Published"),
        share=5,
        due_in=173,
    ),
    ProjectStory(
        name="Office move",
        team="Operations",
        sections=("To do", "Waiting", "Done"),
        share=5,
        due_in=-17,
        done=0.8,
        status="off_track",
        text="Off track: we should have moved, but the contract is not signed.",
    ),
    ProjectStory(
        name="Someday maybe",
        team="Operations",
        sections=("Untitled section",),
        share=0,
        due_in=207,
        status=None,
    ),
)
VERBS = (
    "Draft", "Review", "Design", "Test", "Ship", "Plan", "Fix", "Measure", "Write", "Update",
    "Prepare", "Translate", "Approve", "Migrate", "Document", "Research", "Present", "Clean up",
)  # fmt: skip
THINGS = (
    "landing page", "pricing table", "release notes", "sign-up form", "onboarding mail",
    "sales deck", "search index", "error budget", "data model", "press kit", "help centre",
    "cookie banner", "invoice export", "login screen", "user survey", "load test", "roadmap",
    "API limits", "dashboard", "backup job", "contract", "floor plan", "style guide", "newsletter",
)  # fmt: skip
FOR_WHOM = (
    "for launch", "for partners", "with legal", "in German", "for mobile", "before freeze",
    "for Q4", "after feedback", "", "", "", "",
)  # fmt: skip
COMMENTS = (
    "Looks good to me.", "Can we move this to next week?", "Waiting for the agency.",
    "Done, please have a look.", "I added the numbers.", "Who can help with this?",
    "This depends on the contract.", "Great work!",
)  # fmt: skip
TAGS = ("quick win", "blocked", "customer", "legal", "waiting", "design", "tech debt", "launch")
CATEGORIES = (
    ("Design", "blue"),
    ("Development", "green"),
    ("Meetings", "orange"),
    ("Research", "purple"),
)
COLORS = (
    "dark-blue",
    "light-green",
    "dark-orange",
    "light-purple",
    "dark-teal",
    "light-red",
    "none",
)
#: Status -> the text of an update.
UPDATES = {
    "on_track": "On track: milestones are met.",
    "at_risk": "At risk: two dependencies slipped.",
    "off_track": "Off track: we need another month.",
    "complete": "Complete: handed over.",
    "achieved": "Achieved.",
    "partial": "Partly achieved: the period is over.",
    "missed": "Missed: the period is over.",
}
#: Latest status -> the statuses of all updates, oldest first.
UPDATE_PATHS = {
    "on_track": ("on_track", "at_risk", "on_track", "on_track"),
    "at_risk": ("on_track", "on_track", "at_risk", "at_risk"),
    "off_track": ("on_track", "at_risk", "at_risk", "off_track"),
    "achieved": ("on_track", "on_track", "on_track", "achieved"),
    "partial": ("on_track", "on_track", "at_risk", "partial"),
    "missed": ("at_risk", "at_risk", "off_track", "missed"),
}
