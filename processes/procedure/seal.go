package procedure

import (
	"encoding/json"
	"fmt"
	"strings"

	"tuoyu/casework"
	"tuoyu/procedures"
	"tuoyu/sealing"
)

// rowCell is the cell of a sealed row of a case.
func rowCell(caseNo, set, key string) sealing.Cell {
	return sealing.Cell{Table: "procedure_rows", Column: "sealed", Row: strings.Join([]string{caseNo, set, key}, "/")}
}

// seal returns what is stored of a row: its fields that are not sealed, and the whole row sealed. Every field of a row without a
// form, such as an objection, which may name a person, is sealed.
func (s *Service) seal(caseNo, set, key string, fields []procedures.Field, data map[string]any) (clear string, sealed []byte, err error) {
	if err := s.Sealing(); err != nil {
		return "", nil, err
	}
	whole, err := json.Marshal(data)
	if err != nil {
		return "", nil, fmt.Errorf("encode row: %w", err)
	}
	if sealed, err = s.Fields.Seal(whole, rowCell(caseNo, set, key)); err != nil {
		return "", nil, fmt.Errorf("seal row: %w", err)
	}
	open := map[string]any{}
	for _, f := range fields {
		if value, ok := data[f.Name]; ok && !f.Sealed {
			open[f.Name] = value
		}
	}
	raw, err := json.Marshal(open)
	if err != nil {
		return "", nil, fmt.Errorf("encode row: %w", err)
	}
	return string(raw), sealed, nil
}

// opened returns a row in full.
func (s *Service) opened(caseNo, set, key string, sealed []byte) (json.RawMessage, error) {
	if s.Fields == nil {
		return nil, casework.NewError(casework.CodeSealingUnavailable, "未配置密钥，暂不能读取加密的内容。")
	}
	raw, err := s.Fields.Open(sealed, rowCell(caseNo, set, key))
	if err != nil {
		return nil, fmt.Errorf("open row: %w", err)
	}
	return raw, nil
}
