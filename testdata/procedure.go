package testdata

import (
	"embed"
	"io/fs"
)

//go:embed procedures
var procedureFiles embed.FS

// OpenDay returns the folder of a small procedure that has rows, a publicity period and something that may be done anytime.
func OpenDay() (fs.FS, error) { return fs.Sub(procedureFiles, "procedures/open_day") }

// AttendanceReport returns the folder of a small procedure whose rows an institution fills in.
func AttendanceReport() (fs.FS, error) { return fs.Sub(procedureFiles, "procedures/attendance_report") }
