package stories

import (
	"context"
	"fmt"

	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
)

// needed is the number of institution accounts without an open case that all stories need in a county, played one after
// the other.
var needed = []struct {
	county   string
	accounts int
}{{"140403", 4}, {"140404", 1}, {"140406", 1}, {"140423", 1}, {"140431", 3}}

// EnoughAccounts checks whether all stories can be played: it returns an error that wraps roleplay.ErrNoAccount and
// names the first county without enough institution accounts.
func EnoughAccounts(ctx context.Context, d *roleplay.Users) error {
	for _, n := range needed {
		free, err := d.FreeAccounts(ctx, n.county)
		if err != nil {
			return err
		}
		if free < n.accounts {
			return fmt.Errorf("%w: %s has %d without an open case, the demonstration needs %d; end or withdraw a case there, or start over with make run DEVSTACK_FLAGS=--fresh",
				roleplay.ErrNoAccount, nursery.CountyName(n.county), free, n.accounts)
		}
	}
	return nil
}
