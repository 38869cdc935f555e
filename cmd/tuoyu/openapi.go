package main

import (
	"tuoyu/api"
	"tuoyu/casework"
	"tuoyu/processes"
)

type openapiCommand struct {
	URL string `name:"url" default:"http://127.0.0.1:8080" help:"Address people reach the system by."`
}

// Run writes the response of GET /openapi.json, without requiring any service.
func (c openapiCommand) Run(out output) error {
	raw, err := api.Description(c.URL, version, processes.New(casework.Deps{}).Operations)
	if err != nil {
		return err
	}
	_, err = out.Write(append(raw, '\n'))
	return err
}
