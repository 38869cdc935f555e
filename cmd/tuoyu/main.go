// Command tuoyu runs the long-running processes of infant nurseries 托育: it serves the API and the pages, runs the
// worker, migrates the database, and checks and tests the rules. `tuoyu --help` lists the commands and every setting.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/alecthomas/kong"
)

// Exit codes.
const (
	exitFailed = 1
	exitUsage  = 2 // an invalid command line, or missing or invalid settings
)

type commands struct {
	Serve     serveCommand      `cmd:"" help:"Serve the API."`
	Worker    workerCommand     `cmd:"" help:"Carry processes forward and deliver what was kept for them. Any number may run."`
	Migrate   migrateCommand    `cmd:"" help:"Bring the database to the schema of this program."`
	Policy    policyCommands    `cmd:"" help:"Check and test the rules in this program."`
	Procedure procedureCommands `cmd:"" help:"Check procedures, which are processes defined as data."`
	Draw      drawCommands      `cmd:"" help:"Verify the draw of inspections from its published record."`
	Case      caseCommands      `cmd:"" help:"List the cases that cannot go on by themselves, and have one go on."`
	Funds     fundsCommands     `cmd:"" help:"Check the ledger of earmarked funds."`
	Calendar  calendarCommand   `cmd:"" help:"List and publish holiday years."`
	Keys      keysCommand       `cmd:"" help:"Make and rotate the keyset that seals what Temporal stores."`
	Openapi   openapiCommand    `cmd:"" help:"Write the OpenAPI description of the API."`
	Ready     readyCommand      `cmd:"" help:"Ask a running serve or worker whether it is ready; exit 0 when it is."`
	Version   versionCommand    `cmd:"" help:"Show the build, the schema version and the revision of the rules."`
}

// output is the destination of a command's results.
type output struct{ io.Writer }

func main() { os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr)) }

// run executes one command line and returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var c commands
	helped := false
	parser, err := kong.New(&c, kong.Name("tuoyu"),
		kong.Description("A workflow and rules engine for licensing infant nurseries."),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}), kong.Help(printHelp), kong.Writers(stdout, stderr),
		kong.Exit(func(int) { helped = true }), kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(output{stdout}))
	if err != nil {
		return fail(stderr, exitFailed, err)
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if helped {
		return 0
	}
	if err != nil {
		return fail(stderr, exitUsage, fmt.Errorf("%w (see tuoyu --help)", err))
	}
	err = parsed.Run()
	var wrong settingsError
	switch {
	case errors.As(err, &wrong):
		return fail(stderr, exitUsage, wrong)
	case errors.Is(err, errDecidedOtherwise):
		return fail(stderr, exitDiffers, err)
	case err != nil:
		return fail(stderr, exitFailed, err)
	}
	return 0
}

// fail writes each line of err, prefixed with the program's name, and returns code.
func fail(w io.Writer, code int, err error) int {
	for line := range strings.Lines(err.Error()) {
		fmt.Fprintf(w, "tuoyu: %s\n", strings.TrimRight(line, "\n"))
	}
	return code
}
