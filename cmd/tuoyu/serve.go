package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"tuoyu/api"
	"tuoyu/documents"
	"tuoyu/limits"
	"tuoyu/store"
	"tuoyu/uploads"
	"tuoyu/web"
)

type serveCommand struct{}

// Run serves until it is stopped, then waits for the requests in progress.
func (serveCommand) Run(ctx context.Context) error {
	ctx, stop := untilStopped(ctx)
	defer stop()
	p, err := openProcess(ctx, "serve")
	if err != nil {
		return err
	}
	return errors.Join(p.serve(ctx), p.close(context.WithoutCancel(ctx)))
}

// bothDoors routes requests of programs to the API and all others to the pages.
func bothDoors(calls, pages http.Handler) http.Handler {
	mux := http.NewServeMux()
	for _, path := range []string{"/api/", "/openapi.json", "/docs", "/verify", "/verify/"} {
		mux.Handle(path, calls)
	}
	mux.Handle("/", pages)
	return mux
}

// sweep periodically deletes expired sessions.
func sweep(ctx context.Context, pages *web.Site) {
	for every := time.NewTicker(time.Hour); ; {
		select {
		case <-ctx.Done():
			every.Stop()
			return
		case <-every.C:
			pages.Sweep(ctx)
		}
	}
}

func (p *process) serve(ctx context.Context) error {
	s := p.settings
	var scan uploads.Scanner
	if command := strings.Fields(s.ScanCommand); len(command) > 0 {
		scan = uploads.CommandScanner(command)
	}
	issuer := api.Issuer{
		URL: s.OIDCIssuer, Audience: s.OIDCAudience, RoleClaim: s.OIDCRoleClaim, CountyClaim: s.OIDCCountyClaim,
		InstitutionClaim: s.OIDCInstitutionClaim, RegistrarClaim: s.OIDCRegistrarClaim,
	}
	verifier := api.NewVerifier(issuer, store.Issuers{DB: p.db})
	fonts, err := p.loadFonts()
	if err != nil {
		return err
	}
	defer fonts.Close()
	service := p.casework(scan, documents.NewRenderer(fonts, p.renderer))
	complaints := limits.New(limits.Rate{PerSecond: float64(s.ComplaintsPerHour) / 3600, Burst: s.ComplaintBurst})
	calls, err := api.New(api.Deps{
		Service: service.Service, Operations: service.Operations, Verifier: verifier, Log: p.log, Metrics: p.metrics, PublicURL: p.publicURL(), Version: version,
		MaxBody: s.MaxBodyKiB << 10, MaxUpload: s.MaxUploadMiB << 20, TrustedProxies: s.TrustedProxies, Submissions: complaints,
	})
	if err != nil {
		return fmt.Errorf("build the API: %w", err)
	}
	pages, err := web.New(web.Deps{
		Service: service.Service, DB: p.db, Fields: p.fields, Log: p.log, Metrics: p.metrics, PublicURL: p.publicURL(), DemoAccounts: s.DemoAccountsURL, MaxUpload: s.MaxUploadMiB << 20,
		TrustedProxies: s.TrustedProxies, Submissions: complaints, ProviderAway: time.Duration(s.ProviderAwayMinutes) * time.Minute,
		Provider: web.Provider{Issuer: s.OIDCIssuer, ClientID: s.OIDCClientID, ClientSecret: s.OIDCClientSecret, Principal: issuer.Principal},
	}, service.Pages)
	if err != nil {
		return fmt.Errorf("build the pages: %w", err)
	}
	go sweep(ctx, pages)
	checks := append(p.checks(), check{"issuer", false, func(ctx context.Context) (string, error) { return "", verifier.Ready(ctx) }})
	h := &health{checks: checks}
	p.metrics.MustRegister(h)
	srv, err := startServer(s.Listen, bothDoors(calls, pages), h, p.metrics)
	if err != nil {
		return err
	}
	go p.rules.Watch(ctx, bundleInterval)
	go p.catalogue.Watch(ctx, catalogueInterval)
	slog.Info("serving", "listen", srv.address(), "rules", p.rules.Status().Revision, "version", version)

	select {
	case <-ctx.Done():
	case err = <-srv.failed:
	}
	slog.Info("draining", "seconds", s.ShutdownSeconds)
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.shutdown())
	defer cancel()
	pages.Close() // streams do not end by themselves
	err = errors.Join(err, srv.drain(end))
	slog.Info("ended")
	return err
}
