package roleplay

import (
	"context"

	"tuoyu/nursery"
)

const pathChildren = "/api/v1/children"

// Enrol takes a child into a class and gives its identifier.
func (a *Actor) Enrol(ctx context.Context, key string, c nursery.Child, class string, on nursery.Date) (string, error) {
	var enrolled struct {
		Child string `json:"child"`
	}
	err := a.Post(ctx, pathChildren, key, map[string]any{"child": c, "class": class, "entered_on": on}, &enrolled)
	return enrolled.Child, err
}

// Consent writes down that a child's guardian consents.
func (a *Actor) Consent(ctx context.Context, key, child string, purpose nursery.ConsentPurpose, on nursery.Date) error {
	return a.Post(ctx, pathChildren+"/"+child+"/consents", key, map[string]any{"purpose": purpose, "evidence": "纸质同意书，存机构档案", "given_on": on}, nil)
}

// WithdrawConsent writes down that a child's guardian takes a consent back.
func (a *Actor) WithdrawConsent(ctx context.Context, key, child string, purpose nursery.ConsentPurpose) error {
	return a.Post(ctx, pathChildren+"/"+child+"/consents/"+string(purpose)+"/withdrawal", key, nil, nil)
}

// Leave ends a child's time in the institution.
func (a *Actor) Leave(ctx context.Context, key, child string, on nursery.Date, why nursery.Leave) error {
	return a.Post(ctx, pathChildren+"/"+child+"/leave", key, map[string]any{"left_on": on, "leave": why}, nil)
}
