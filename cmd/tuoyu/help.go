package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

// helpWidth is the maximum width of the description of a setting.
const helpWidth = 100

// printHelp prints kong's help followed by the settings of the command, or all settings if there is no command.
func printHelp(options kong.HelpOptions, ctx *kong.Context) error {
	if err := kong.DefaultHelpPrinter(options, ctx); err != nil {
		return err
	}
	command := ""
	if node := ctx.Selected(); node != nil {
		command = strings.Fields(node.Path())[0]
	}
	writeSettings(ctx.Stdout, command)
	return nil
}

// writeSettings lists the settings that command reads, or all of them for no command.
func writeSettings(w io.Writer, command string) {
	titled := false
	for _, s := range allSettings() {
		if command != "" && !s.readBy(command) {
			continue
		}
		if !titled {
			fmt.Fprintln(w, "\nSettings, from the environment:")
			titled = true
		}
		state := "default " + s.fallback
		switch {
		case s.needed:
			state = "needed"
		case s.fallback == "":
			state = "no default"
		}
		fmt.Fprintf(w, "  %s (%s; %s)\n", s.name, state, strings.Join(s.in, ", "))
		for _, line := range wrap(s.doc, helpWidth) {
			fmt.Fprintf(w, "      %s\n", line)
		}
	}
}

// wrap breaks text between words into lines of at most width bytes; a longer word has a line of its own.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}
