package nursery

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// CityCode is the division code of the city, 长治市.
const CityCode = "140400"

// DivisionLevel is the level of a division.
type DivisionLevel string

// The levels of division within the city.
const (
	LevelCity     DivisionLevel = "city"     // 设区的市
	LevelCounty   DivisionLevel = "county"   // 县、区
	LevelTownship DivisionLevel = "township" // 乡、镇、街道 and equivalents
)

// Division is an administrative division (行政区划) of the city, by its statistical code: six digits for the city and its
// twelve counties, nine for a township. Parent is the code of the division above, "" for the city.
//
// The functional zones 长治高新区 and 长治经开区 are not divisions: they have no county code of their own, and neither is an
// authority for filing. Programmes may count by the keys 140400-GX and 140400-JK; a case belongs to the legal county.
type Division struct {
	Code   string        `json:"code"`
	Name   string        `json:"name"`
	Level  DivisionLevel `json:"level"`
	Parent string        `json:"parent,omitempty"`
}

//go:embed data/divisions.json
var divisionsJSON []byte

var divisions = mustLoadDivisions(divisionsJSON)

type divisionTable struct {
	byCode    map[string]Division
	counties  []Division
	townships map[string][]Division
}

// DivisionByCode returns the city, county or township with that code.
func DivisionByCode(code string) (Division, bool) {
	d, ok := divisions.byCode[code]
	return d, ok
}

// Counties returns the city's twelve counties and districts in ascending order of code.
func Counties() []Division { return slices.Clone(divisions.counties) }

// TownshipsOf returns the townships of a county in ascending order of code; none if there is no such county.
func TownshipsOf(county string) []Division { return slices.Clone(divisions.townships[county]) }

// CountyOf returns the county a code belongs to: the county itself, or the one a township is in; false for the city and
// for unknown codes.
func CountyOf(code string) (Division, bool) {
	d, ok := divisions.byCode[code]
	if ok && d.Level == LevelTownship {
		d, ok = divisions.byCode[d.Parent]
	}
	if !ok || d.Level != LevelCounty {
		return Division{}, false
	}
	return d, true
}

// CountyName returns the name of the county a code belongs to, "" if there is none.
func CountyName(code string) string {
	county, _ := CountyOf(code)
	return county.Name
}

// AreaName returns the name of a county, or of the city; "" for any other code.
func AreaName(code string) string {
	if code == CityCode {
		return "长治市"
	}
	return CountyName(code)
}

func mustLoadDivisions(raw []byte) divisionTable {
	table, err := loadDivisions(raw)
	if err != nil {
		panic(fmt.Sprintf("load embedded divisions: %v", err))
	}
	return table
}

func loadDivisions(raw []byte) (divisionTable, error) {
	type entry struct{ Code, Name string }
	var file struct {
		City     entry
		Counties []struct {
			entry
			Townships []entry
		}
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		return divisionTable{}, fmt.Errorf("decode divisions: %w", err)
	}
	table := divisionTable{byCode: map[string]Division{}, townships: map[string][]Division{}}
	add := func(e entry, level DivisionLevel, parent string) (Division, error) {
		d := Division{Code: e.Code, Name: e.Name, Level: level, Parent: parent}
		if _, taken := table.byCode[d.Code]; taken || d.Name == "" || !strings.HasPrefix(d.Code, strings.TrimSuffix(parent, "00")) {
			return d, fmt.Errorf("division %q %q: code taken or outside %q, or no name", d.Code, d.Name, parent)
		}
		table.byCode[d.Code] = d
		return d, nil
	}
	city, err := add(file.City, LevelCity, "")
	if err != nil {
		return divisionTable{}, err
	}
	for _, c := range file.Counties {
		county, err := add(c.entry, LevelCounty, city.Code)
		if err != nil {
			return divisionTable{}, err
		}
		table.counties = append(table.counties, county)
		for _, t := range c.Townships {
			township, err := add(t, LevelTownship, county.Code)
			if err != nil {
				return divisionTable{}, err
			}
			table.townships[county.Code] = append(table.townships[county.Code], township)
		}
		slices.SortFunc(table.townships[county.Code], byDivisionCode)
	}
	slices.SortFunc(table.counties, byDivisionCode)
	return table, nil
}

func byDivisionCode(a, b Division) int { return strings.Compare(a.Code, b.Code) }
