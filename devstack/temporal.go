package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	uiserver "github.com/temporalio/ui-server/v2/server"
	uiconfig "github.com/temporalio/ui-server/v2/server/config"
	uioptions "github.com/temporalio/ui-server/v2/server/server_options"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/server/common/cluster"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/dynamicconfig"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/membership/static"
	_ "go.temporal.io/server/common/persistence/sql/sqlplugin/postgresql" // registers postgres12_pgx
	"go.temporal.io/server/common/primitives"
	v12 "go.temporal.io/server/schema/postgresql/v12"
	"go.temporal.io/server/temporal"
	"go.temporal.io/server/tools/common/schema"
	sqltool "go.temporal.io/server/tools/sql"
	"google.golang.org/protobuf/types/known/durationpb"
)

const (
	namespace    = "tuoyu"
	temporalSQL  = "postgres12_pgx"
	clusterName  = "active"
	mainStore    = "main"
	searchStore  = "visibility"
	historyParts = 4
)

// temporalServer runs Temporal's four services within this process.
type temporalServer struct {
	server  temporal.Server
	address string
}

// startTemporal migrates the two schemas to this server's version, starts the four services and waits until the
// product's namespace responds.
func startTemporal(ctx context.Context, pg *postgres, ports *portSet, retention time.Duration, logFile string) (*temporalServer, error) {
	stores := map[string]*config.SQL{
		mainStore:   temporalStore(pg, "temporal", 8),
		searchStore: temporalStore(pg, "temporal_visibility", 3),
	}
	schemas := make(chan error, 2)
	go func() {
		schemas <- updateSchema(stores[mainStore], "postgresql/v12/temporal", v12.Version)
	}()
	go func() {
		schemas <- updateSchema(stores[searchStore], "postgresql/v12/visibility", v12.VisibilityVersion)
	}()
	if err := errors.Join(<-schemas, <-schemas); err != nil {
		return nil, err
	}
	logger := log.NewZapLogger(log.BuildZapLogger(log.Config{Level: "warn", OutputFile: logFile}))
	server, err := temporal.NewServer(
		temporal.WithConfig(temporalConfig(stores, ports)),
		temporal.ForServices(temporal.DefaultServices),
		temporal.WithLogger(logger),
		temporal.WithDynamicConfigClient(temporalSettings()),
		temporal.WithStaticHosts(temporalHosts(ports)),
	)
	if err != nil {
		return nil, fmt.Errorf("prepare Temporal: %w", err)
	}
	if err := server.Start(); err != nil {
		return nil, fmt.Errorf("start Temporal: %w", err)
	}
	t := &temporalServer{server: server, address: loopback(ports.temporal[0])}
	if err := t.openNamespace(ctx, retention); err != nil {
		t.stop()
		return nil, err
	}
	return t, nil
}

func (t *temporalServer) stop() {
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		_ = t.server.Stop() // its state in Postgres is always consistent
	}()
	select {
	case <-stopped:
	case <-time.After(5 * time.Second):
	}
}

// temporalStore returns the configuration of a database with a limit on the connections of each service: four services
// use two databases each.
func temporalStore(pg *postgres, database string, connections int) *config.SQL {
	return &config.SQL{
		PluginName: temporalSQL, ConnectProtocol: "tcp", ConnectAddr: loopback(pg.port),
		User: "temporal", Password: pg.secrets.Temporal, DatabaseName: database,
		MaxConns: connections, MaxIdleConns: connections, MaxConnLifetime: time.Hour,
	}
}

// updateSchema creates the schema, or migrates an existing one to the version; it does nothing if the schema is up to
// date.
func updateSchema(store *config.SQL, name, version string) error {
	logger := log.NewNoopLogger()
	conn, err := sqltool.NewConnection(store, logger)
	if err != nil {
		return fmt.Errorf("connect to set up %s: %w", name, err)
	}
	defer conn.Close()
	current, err := conn.ReadSchemaVersion()
	if err != nil { // there is no version table yet
		setup := &schema.SetupConfig{InitialVersion: "0.0"}
		if err := schema.NewSetupSchemaTask(conn, setup, logger).Run(); err != nil {
			return fmt.Errorf("set up %s: %w", name, err)
		}
	}
	if current == version {
		return nil
	}
	update := &schema.UpdateConfig{SchemaName: name}
	if err := schema.NewUpdateSchemaTask(conn, update, logger).Run(); err != nil {
		return fmt.Errorf("update %s to %s: %w", name, version, err)
	}
	return nil
}

func temporalConfig(stores map[string]*config.SQL, ports *portSet) *config.Config {
	services := map[string]config.Service{}
	for i, name := range temporalServices {
		services[name] = config.Service{RPC: config.RPC{
			GRPCPort: ports.temporal[i], BindOnIP: "127.0.0.1",
		}}
	}
	frontend := loopback(ports.temporal[0])
	c := &config.Config{
		Services: services,
		Persistence: config.Persistence{
			DefaultStore: mainStore, VisibilityStore: searchStore, NumHistoryShards: historyParts,
			DataStores: map[string]config.DataStore{},
		},
		ClusterMetadata: &cluster.Config{
			FailoverVersionIncrement: 10, MasterClusterName: clusterName, CurrentClusterName: clusterName,
			ClusterInformation: map[string]cluster.ClusterInformation{
				clusterName: {Enabled: true, InitialFailoverVersion: 1, RPCAddress: frontend},
			},
		},
		DCRedirectionPolicy: config.DCRedirectionPolicy{Policy: "noop"},
		PublicClient:        config.PublicClient{HostPort: frontend},
		Archival: config.Archival{
			History: config.HistoryArchival{State: "disabled"}, Visibility: config.VisibilityArchival{State: "disabled"},
		},
		NamespaceDefaults: config.NamespaceDefaults{Archival: config.ArchivalNamespaceDefaults{
			History:    config.HistoryArchivalNamespaceDefaults{State: "disabled"},
			Visibility: config.VisibilityArchivalNamespaceDefaults{State: "disabled"},
		}},
	}
	for name, store := range stores {
		c.Persistence.DataStores[name] = config.DataStore{SQL: store}
	}
	return c
}

// temporalHosts returns the addresses of the services for each other. Without it they would use gossip and a membership
// table, and a start on ports other than the last ones would wait 40 seconds for the old entries to expire.
func temporalHosts(ports *portSet) map[primitives.ServiceName]static.Hosts {
	hosts := map[primitives.ServiceName]static.Hosts{}
	for i, name := range temporalServices {
		hosts[primitives.ServiceName(name)] = static.SingleLocalHost(loopback(ports.temporal[i]))
	}
	return hosts
}

// temporalSettings limits the caches to what one machine needs, disables the partitioning of task queues, lifts the
// rate limits that load tests would reach first, and allows virtual time. Timers fire within the time shift, which is a
// second by default: over months of skipped time, that would add seconds for every timer. Each service lists all namespaces at the
// refresh interval, of which tests make hundreds; a namespace that a service does not know it
// looks up by itself, and again after a second if there is none.
func temporalSettings() dynamicconfig.StaticClient {
	const mib = 1 << 20
	values := map[dynamicconfig.Key]any{
		dynamicconfig.MatchingNumTaskqueueReadPartitions.Key():      1,
		dynamicconfig.MatchingNumTaskqueueWritePartitions.Key():     1,
		dynamicconfig.ForceSearchAttributesCacheRefreshOnRead.Key(): true,
		dynamicconfig.NamespaceCacheRefreshInterval.Key():           10 * time.Second,
		dynamicconfig.WorkflowTimeSkippingEnabled.Key():             true,
		dynamicconfig.WorkflowTimeSkippingMaxSkipPerSession.Key():   10_000,
		dynamicconfig.TimerProcessorMaxTimeShift.Key():              20 * time.Millisecond,
		dynamicconfig.HistoryCacheSizeBasedLimit.Key():              true,
		dynamicconfig.HistoryCacheHostLevelMaxSizeBytes.Key():       96 * mib,
		dynamicconfig.EnableHostLevelEventsCache.Key():              true,
		dynamicconfig.EventsHostLevelCacheMaxSizeBytes.Key():        32 * mib,
		dynamicconfig.FrontendMaxNamespaceRPSPerInstance.Key():      20_000,
		dynamicconfig.FrontendRPS.Key():                             20_000,
	}
	settings := dynamicconfig.StaticClient{}
	for key, value := range values {
		settings[key] = []dynamicconfig.ConstrainedValue{{Value: value}}
	}
	return settings
}

// openNamespace registers the namespace the first time and waits until the server dispatches its tasks.
func (t *temporalServer) openNamespace(ctx context.Context, retention time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, 60*time.Second)
	defer cancel()
	options := client.Options{HostPort: t.address, Namespace: namespace, Logger: sdklog.NewStructuredLogger(discardLog())}
	c, err := client.DialContext(ctx, options)
	if err != nil {
		return fmt.Errorf("connect to Temporal: %w", err)
	}
	defer c.Close()
	_, err = c.WorkflowService().RegisterNamespace(ctx, &workflowservice.RegisterNamespaceRequest{
		Namespace: namespace, WorkflowExecutionRetentionPeriod: durationpb.New(retention),
	})
	var known *serviceerror.NamespaceAlreadyExists
	if err != nil && !errors.As(err, &known) {
		return fmt.Errorf("register namespace %s: %w", namespace, err)
	}
	for {
		_, err := c.WorkflowService().DescribeTaskQueue(ctx, &workflowservice.DescribeTaskQueueRequest{
			Namespace: namespace, TaskQueue: &taskqueue.TaskQueue{Name: "devstack-ready"},
			TaskQueueType: enumspb.TASK_QUEUE_TYPE_WORKFLOW,
		})
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for namespace %s: %w", namespace, errors.Join(ctx.Err(), err))
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// webUI runs Temporal's Web UI within this process.
type webUI struct {
	server *uiserver.Server
	url    string
}

// startUI serves the Web UI and waits until it responds.
func startUI(ctx context.Context, temporalAddress string, port int) (*webUI, error) {
	u := &webUI{url: "http://" + loopback(port)}
	u.server = uiserver.NewServer(uioptions.WithConfigProvider(&uiconfig.Config{
		TemporalGRPCAddress: temporalAddress, Host: "127.0.0.1", Port: port, EnableUI: true,
		DefaultNamespace: namespace, DisableNewsFetch: true, HideLogs: true,
		CORS: uiconfig.CORS{CookieInsecure: true},
	}))
	go func() { _ = u.server.Start() }() // it is ended by stop, and exits the process if it cannot listen
	if err := awaitHTTP(ctx, u.url+"/healthz"); err != nil {
		return nil, fmt.Errorf("start the Temporal Web UI: %w", err)
	}
	return u, nil
}

func (u *webUI) stop() { u.server.Stop() }

// awaitHTTP waits until the address responds with 200.
func awaitHTTP(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return fmt.Errorf("ask %s: %w", url, err)
		}
		res, err := http.DefaultClient.Do(req)
		if err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return nil
			}
			err = fmt.Errorf("%s answers %s", url, res.Status)
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}
