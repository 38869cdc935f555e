package cases

import (
	"tuoyu/nursery"
	"tuoyu/workflows"
)

// documentState returns the title of the state of a document.
func documentState(state string) string {
	return map[string]string{"pending": "制作中", "in_force": "有效", "revoked": "已撤销", "superseded": "已换发"}[state]
}

// partyCode is the code of the institution that a case is about; nothing for the names under which an office files its own.
func partyCode(kind nursery.CaseKind, institution string) string {
	if process, _ := workflows.ProcessOf(kind); process.Owner != "" {
		return ""
	}
	return institution
}

// partyOfOne reports whether a single account acts in a role, so that tasks cannot be shared.
func partyOfOne(r nursery.Role) bool {
	return r == nursery.RoleInstitution
}

// caseHeading returns the subject of a case, with its kind if that differs.
func caseHeading(subject, kind string) string {
	if subject == kind {
		return kind
	}
	return subject + " · " + kind
}

// doneBy returns the title of the role of an actor, with the account if it differs.
func doneBy(role nursery.Role, account string) string {
	if account == "" || account == role.Title() || role == nursery.RoleEngine || role == nursery.RolePublic {
		return role.Title()
	}
	return role.Title() + " " + account
}
