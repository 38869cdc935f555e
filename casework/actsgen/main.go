// Command actsgen writes the acts of the definitions as data of the rules, into policies/acts/data.json. It is run by make
// generate, in the root of the repository.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"tuoyu/casework"
)

func main() {
	raw, err := json.MarshalIndent(casework.ActTable(), "", "\t")
	if err == nil {
		err = os.WriteFile("policies/acts/data.json", append(raw, '\n'), 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "actsgen:", err)
		os.Exit(1)
	}
}
