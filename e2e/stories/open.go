package stories

import (
	"context"
	"fmt"

	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
)

// openName is the name of the stories that leave tasks open.
const openName = "open"

// Open lists the stories that leave open tasks, so that users who explore the system find work in the inboxes.
func Open() []Story {
	return []Story{
		{openName, "留给您办理：核对材料", leaveFiling("public_comprehensive", "filing.review")},
		{openName, "留给您办理：核验登记信息", leaveFiling("eleven_gaps", "filing.registration")},
		{openName, "留给您办理：现场核查", leaveFiling("other", "filing.site_visit")},
		{openName, "留给您办理：一个班的体检和一次现场检查", leaveCare},
	}
}

// leaveFiling leaves a filing that waits for a task of that kind, unless one of its county already does.
func leaveFiling(application, kind string) func(context.Context, *scene) error {
	return func(ctx context.Context, sc *scene) error {
		a, err := sc.applicant(ctx, application)
		if err != nil {
			return err
		}
		who := a.Clerk()
		if kind == "filing.site_visit" {
			who = a.Inspector(1)
		}
		waiting, err := who.HasTask(ctx, kind)
		if err != nil {
			return err
		}
		if waiting {
			a.Leave()
			sc.say(nil, who.Account+" 已有这样的待办", "")
			return nil
		}
		if kind != "filing.registration" {
			if err := sc.register(ctx, a, a.Registration); err != nil {
				return err
			}
		}
		caseNo, err := sc.file(ctx, a, application)
		if err != nil {
			return err
		}
		if kind == "filing.site_visit" {
			err := sc.answer(ctx, a.Clerk(), caseNo, "filing.review", nursery.OutcomeAccept, roleplay.Review{Findings: []roleplay.Finding{}},
				"材料齐全，予以受理", measures+"第九条")
			if err != nil {
				return err
			}
		}
		task, err := who.AwaitTask(ctx, caseNo, kind)
		if err != nil {
			return err
		}
		sc.say(nil, fmt.Sprintf("待 %s 办理，期限 %s", who.Account, task.DueOn), "")
		return nil
	}
}
