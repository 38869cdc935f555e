package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"tuoyu/api"
	"tuoyu/casework"
	"tuoyu/documents"
)

type serveCommand struct{}

// Run serves until it is told to stop, then lets the requests under way end.
func (serveCommand) Run(ctx context.Context) error {
	ctx, stop := untilStopped(ctx)
	defer stop()
	p, err := openProcess(ctx, "serve")
	if err != nil {
		return err
	}
	return errors.Join(p.serve(ctx), p.close(context.WithoutCancel(ctx)))
}

func (p *process) serve(ctx context.Context) error {
	s := p.settings
	var scan casework.Scanner
	if command := strings.Fields(s.ScanCommand); len(command) > 0 {
		scan = casework.CommandScanner(command)
	}
	verifier := api.NewVerifier(api.Issuer{
		URL: s.OIDCIssuer, Audience: s.OIDCAudience, RoleClaim: s.OIDCRoleClaim, CountyClaim: s.OIDCCountyClaim,
		InstitutionClaim: s.OIDCInstitutionClaim, RegistrarClaim: s.OIDCRegistrarClaim,
	})
	fonts, err := p.loadFonts()
	if err != nil {
		return err
	}
	defer fonts.Close()
	handler, err := api.New(api.Deps{
		Door: p.casework(scan, documents.NewRenderer(fonts, p.renderer)), Verifier: verifier, Log: p.log, Metrics: p.metrics, PublicURL: p.publicURL(), Version: version,
		MaxBody: s.MaxBodyKiB << 10, MaxUpload: s.MaxUploadMiB << 20, TrustedProxies: s.TrustedProxies,
	})
	if err != nil {
		return fmt.Errorf("build the API: %w", err)
	}
	checks := append(p.checks(), check{"issuer", false, func(ctx context.Context) (string, error) { return "", verifier.Ready(ctx) }})
	srv, err := startServer(s.Listen, handler, &health{checks: checks}, p.metrics)
	if err != nil {
		return err
	}
	go p.rules.Watch(ctx, bundleInterval)
	slog.Info("serving", "listen", srv.address(), "rules", p.rules.Status().Revision, "version", version)

	select {
	case <-ctx.Done():
	case err = <-srv.failed:
	}
	slog.Info("draining", "seconds", s.ShutdownSeconds)
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.shutdown())
	defer cancel()
	err = errors.Join(err, srv.drain(end))
	slog.Info("ended")
	return err
}
