package main

import (
	"fmt"

	"tuoyu/sealing"
)

type keysCommand struct {
	New     keysNewCommand     `cmd:"" help:"Make a keyset in a new file. Keep a copy apart from the database: without it no open case goes on."`
	List    keysListCommand    `cmd:"" help:"List the keys of a keyset."`
	Rotate  keysRotateCommand  `cmd:"" help:"Put new keys in use while everything runs: add them, wait until every process has them, promote them, seal anew what is stored. Repeat it after an interruption."`
	Add     keysAddCommand     `cmd:"" help:"Add a key that opens but does not seal yet. Running processes take it within seconds."`
	Promote keysPromoteCommand `cmd:"" help:"Make a key the one that seals, once every process has it."`
	Drop    keysDropCommand    `cmd:"" help:"Remove a key that nothing stored needs any more."`
}

type keysNewCommand struct {
	File string `arg:"" help:"File to make; it must not exist."`
}

// Run creates the keyset.
func (c keysNewCommand) Run(out output) error {
	if err := sealing.Create(c.File); err != nil {
		return err
	}
	return keysListCommand(c).Run(out)
}

type keysListCommand struct {
	File string `arg:"" help:"File of the keyset."`
}

// Run lists the keys.
func (c keysListCommand) Run(out output) error {
	keys, err := sealing.Open(c.File)
	if err != nil {
		return err
	}
	for _, k := range keys.Keys() {
		use := "opens"
		if k.Primary {
			use = "seals and opens"
		}
		if k.Index {
			use = "finds"
			if k.Primary {
				use = "indexes and finds"
			}
		}
		fmt.Fprintf(out, "key %d %s\n", k.ID, use)
	}
	return nil
}

type keysAddCommand struct {
	File string `arg:"" help:"File of the keyset."`
}

// Run adds a key.
func (c keysAddCommand) Run(out output) error {
	if _, err := sealing.Add(c.File); err != nil {
		return err
	}
	return keysListCommand(c).Run(out)
}

type keysPromoteCommand struct {
	File string `arg:"" help:"File of the keyset."`
	ID   uint32 `arg:"" help:"Key to seal with, as keys list shows it."`
}

// Run promotes the key.
func (c keysPromoteCommand) Run(out output) error {
	if err := sealing.Promote(c.File, c.ID); err != nil {
		return err
	}
	return keysListCommand{c.File}.Run(out)
}
