package published

import (
	"fmt"
	"io/fs"

	"tuoyu/nursery"
	"tuoyu/policies"
	"tuoyu/procedures"
)

// Options returns what procedures may refer to: the library of rules, and the rule sets of the program that are in force.
func Options(rules *policies.Engine) (procedures.Options, error) {
	library, err := fs.ReadFile(policies.Embedded(), "lib/lib.rego")
	if err != nil {
		return procedures.Options{}, fmt.Errorf("read the library of rules: %w", err)
	}
	return procedures.Options{
		Library: map[string][]byte{"lib/lib.rego": library},
		RuleSets: func(on nursery.Date) (names []string) {
			for _, p := range rules.Status().Packs {
				if !on.Before(p.From) && (p.Until.IsZero() || on.Before(p.Until)) {
					names = p.RuleSets
				}
			}
			return names
		},
	}, nil
}
