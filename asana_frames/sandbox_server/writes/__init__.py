"""What every write of the API does: one row per operation."""

from __future__ import annotations

from collections.abc import Callable

from asana_frames.sandbox_server.core.store import Object
from asana_frames.sandbox_server.core.write_context import WriteContext
from asana_frames.sandbox_server.writes import (
    custom_fields,
    exports,
    goals,
    hooks,
    jobs,
    people,
    places,
    portfolios,
    projects,
    talk,
    tasks,
    time,
)

Handler = Callable[[WriteContext], Object | None]


def edit_task_with(do: Callable[[WriteContext, Object, Object], None], name: str) -> Handler:
    """Do something with the task of the path and one object of the body."""
    return lambda write: do(write, write.at["task"], write.data[name])


def _edit_dependencies_with(
    do: Callable[[WriteContext, Object, list[Object], str, str], None], here: str, there: str
) -> Handler:
    def handle(write: WriteContext) -> None:
        write.require(here)
        do(write, write.at["task"], write.data[here], here, there)

    return handle


def _set_parent(write: WriteContext) -> Object:
    task: Object = write.at["task"]
    places.move_under_parent(write, task, write.data.get("parent"))
    return task


HANDLERS: dict[str, Handler] = {
    "createAccessRequest": people.create_access_request,
    "approveAccessRequest": people.approve_access_request,
    "rejectAccessRequest": people.reject_access_request,
    "updateAllocation": time.update_allocation,
    "deleteAllocation": time.delete_object,
    "createAllocation": time.create_allocation,
    "deleteAttachment": talk.delete_attachment,
    "createAttachmentForObject": talk.create_attachment,
    "createBudget": time.create_budget,
    "updateBudget": time.update_budget,
    "deleteBudget": time.delete_object,
    "createCustomField": custom_fields.create_field,
    "updateCustomField": custom_fields.update_field,
    "deleteCustomField": custom_fields.delete_field,
    "createEnumOptionForCustomField": custom_fields.create_option,
    "insertEnumOptionForCustomField": custom_fields.insert_option,
    "updateEnumOption": custom_fields.update_option,
    "createGraphExport": exports.create_graph_export,
    "createResourceExport": exports.create_resource_export,
    "updateGoalRelationship": goals.update_relationship,
    "addSupportingRelationship": goals.add_supporting_resource,
    "removeSupportingRelationship": goals.remove_supporting_resource,
    "updateGoal": goals.update_goal,
    "deleteGoal": goals.delete_goal,
    "createGoal": goals.create_goal,
    "createGoalMetric": goals.create_metric,
    "updateGoalMetric": goals.update_metric_value,
    "addFollowers": goals.add_followers,
    "removeFollowers": goals.remove_followers,
    "addCustomFieldSettingForGoal": custom_fields.add_setting,
    "removeCustomFieldSettingForGoal": custom_fields.remove_setting,
    "createMembership": people.create_membership,
    "updateMembership": people.update_membership,
    "deleteMembership": people.delete_membership,
    "updateOooEntry": time.update_absence,
    "deleteOooEntry": time.delete_object,
    "createOooEntry": time.create_absence,
    "createOrganizationExport": exports.create_organization_export,
    "createPortfolio": portfolios.create_portfolio,
    "updatePortfolio": portfolios.update_portfolio,
    "deletePortfolio": portfolios.delete_portfolio,
    "addItemForPortfolio": portfolios.add_item,
    "removeItemForPortfolio": portfolios.remove_item,
    "addCustomFieldSettingForPortfolio": custom_fields.add_setting,
    "removeCustomFieldSettingForPortfolio": custom_fields.remove_setting,
    "addMembersForPortfolio": projects.add_members,
    "removeMembersForPortfolio": projects.remove_members,
    "duplicatePortfolio": jobs.duplicate_portfolio,
    "updateProjectBrief": talk.update_brief,
    "deleteProjectBrief": talk.delete_brief,
    "createProjectBrief": talk.create_brief,
    "updateProjectPortfolioSetting": portfolios.update_project_portfolio_setting,
    "deleteProjectStatus": talk.delete_project_status,
    "createProjectStatusForProject": talk.create_project_status,
    "deleteProjectTemplate": time.delete_object,
    "instantiateProject": jobs.instantiate_project,
    "createProject": projects.create_project,
    "updateProject": projects.update_project,
    "deleteProject": projects.delete_project,
    "duplicateProject": jobs.duplicate_project,
    "createProjectForTeam": projects.create_project,
    "createProjectForWorkspace": projects.create_project,
    "addCustomFieldSettingForProject": custom_fields.add_setting,
    "removeCustomFieldSettingForProject": custom_fields.remove_setting,
    "addMembersForProject": projects.add_members,
    "removeMembersForProject": projects.remove_members,
    "addFollowersForProject": goals.add_followers,
    "removeFollowersForProject": goals.remove_followers,
    "projectSaveAsTemplate": jobs.save_as_template,
    "rollupProject": jobs.roll_up_project,
    "createRate": time.create_rate,
    "updateRate": time.update_rate,
    "deleteRate": time.delete_object,
    "createRole": people.create_role,
    "updateRole": people.update_role,
    "deleteRole": people.delete_role,
    "triggerRule": talk.run_rule,
    "updateSection": projects.update_section,
    "deleteSection": projects.delete_section,
    "createSectionForProject": projects.create_section,
    "addTaskForSection": projects.add_task_to_section,
    "insertSectionForProject": projects.insert_section,
    "deleteStatus": talk.delete_status,
    "createStatusForObject": talk.create_status,
    "updateStory": talk.update_story,
    "deleteStory": talk.delete_story,
    "createStoryForTask": talk.create_story,
    "createStoryForGoal": talk.create_story,
    "createTag": talk.create_tag,
    "updateTag": talk.update_tag,
    "deleteTag": talk.delete_tag,
    "createTagForWorkspace": talk.create_tag,
    "deleteTaskTemplate": time.delete_object,
    "instantiateTask": jobs.instantiate_task,
    "createTask": tasks.create_task,
    "updateTask": tasks.update_task,
    "deleteTask": tasks.delete_task,
    "duplicateTask": jobs.duplicate_task,
    "createSubtaskForTask": tasks.create_task,
    "setParentForTask": _set_parent,
    "addDependenciesForTask": _edit_dependencies_with(
        places.add_dependencies, "dependencies", "dependents"
    ),
    "removeDependenciesForTask": _edit_dependencies_with(
        places.remove_dependencies, "dependencies", "dependents"
    ),
    "addDependentsForTask": _edit_dependencies_with(
        places.add_dependencies, "dependents", "dependencies"
    ),
    "removeDependentsForTask": _edit_dependencies_with(
        places.remove_dependencies, "dependents", "dependencies"
    ),
    "addProjectForTask": projects.add_project_to_task,
    "removeProjectForTask": edit_task_with(places.leave_project, "project"),
    "addTagForTask": edit_task_with(tasks.add_tag, "tag"),
    "removeTagForTask": edit_task_with(tasks.remove_tag, "tag"),
    "addFollowersForTask": goals.add_followers,
    "removeFollowerForTask": goals.remove_followers,
    "rollupTask": jobs.roll_up_task,
    "createTeam": people.create_team,
    "updateTeam": people.update_team,
    "addUserForTeam": people.add_user_to_team,
    "removeUserForTeam": people.remove_user_from_team,
    "updateTimeTrackingCategory": time.update_category,
    "deleteTimeTrackingCategory": time.delete_category,
    "createTimeTrackingCategory": time.create_category,
    "createTimeTrackingEntry": time.create_entry,
    "updateTimeTrackingEntry": time.update_entry,
    "deleteTimeTrackingEntry": time.delete_entry,
    "updateTimesheetApprovalStatus": time.update_timesheet,
    "createTimesheetApprovalStatus": time.create_timesheet,
    "updateUser": people.update_user,
    "updateUserForWorkspace": people.update_user,
    "createWebhook": hooks.create_webhook,
    "updateWebhook": hooks.update_webhook,
    "deleteWebhook": time.delete_object,
    "addUserForWorkspace": people.add_user_to_workspace,
    "removeUserForWorkspace": people.remove_user_from_workspace,
    "updateWorkspace": people.update_workspace,
}
