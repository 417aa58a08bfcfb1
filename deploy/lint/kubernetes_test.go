package lint_test

import (
	"os"
	"strconv"
	"testing"
	"time"

	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

// manifests are the objects of deploy/kubernetes, one of each kind.
type manifests struct {
	account    corev1.ServiceAccount
	config     corev1.ConfigMap
	deployment appsv1.Deployment
	service    corev1.Service
	budget     policyv1.PodDisruptionBudget
	network    networkingv1.NetworkPolicy
	monitor    monitoringv1.PodMonitor
}

// read builds them as `kubectl kustomize` does, and decodes them as a server of Kubernetes does that refuses unknown fields.
func read(t *testing.T) *manifests {
	t.Helper()
	m := &manifests{}
	kinds := map[string]any{
		"v1 ServiceAccount": &m.account, "v1 ConfigMap": &m.config, "apps/v1 Deployment": &m.deployment, "v1 Service": &m.service,
		"policy/v1 PodDisruptionBudget": &m.budget, "networking.k8s.io/v1 NetworkPolicy": &m.network,
	}
	built, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), "../kubernetes")
	if err != nil {
		t.Fatal(err)
	}
	for _, resource := range built.Resources() {
		kind := resource.GetApiVersion() + " " + resource.GetKind()
		object := kinds[kind]
		if object == nil {
			t.Fatalf("there is one more %s, %s, and nothing here reads it", kind, resource.GetName())
		}
		delete(kinds, kind)
		text, err := resource.AsYAML()
		if err != nil {
			t.Fatal(err)
		}
		decode(t, text, object)
	}
	if len(kinds) > 0 {
		t.Fatalf("missing: %v", kinds)
	}
	text, err := os.ReadFile("../kubernetes/podmonitor.yaml")
	if err != nil {
		t.Fatal(err)
	}
	decode(t, text, &m.monitor)
	return m
}

func decode(t *testing.T, text []byte, object any) {
	t.Helper()
	if err := yaml.UnmarshalStrict(text, object); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
}

// TestSelectors: each object that speaks of pods speaks of the Deployment's, and of no others of its namespace.
func TestSelectors(t *testing.T) {
	t.Parallel()
	m := read(t)
	pods := m.deployment.Spec.Template
	selectors := map[string]*metav1.LabelSelector{
		"Deployment": m.deployment.Spec.Selector, "PodDisruptionBudget": m.budget.Spec.Selector, "NetworkPolicy": &m.network.Spec.PodSelector,
		"PodMonitor": &m.monitor.Spec.Selector, "Service": {MatchLabels: m.service.Spec.Selector},
	}
	for i := range pods.Spec.TopologySpreadConstraints {
		selectors["topologySpreadConstraints "+pods.Spec.TopologySpreadConstraints[i].TopologyKey] = pods.Spec.TopologySpreadConstraints[i].LabelSelector
	}
	for whose, s := range selectors {
		selector, err := metav1.LabelSelectorAsSelector(s)
		if err != nil || !selector.Matches(labels.Set(pods.Labels)) || selector.Matches(labels.Set{"app.kubernetes.io/name": "another"}) {
			t.Errorf("%s selects %v, and the pods are %v: %v", whose, s, pods.Labels, err)
		}
	}
	if pods.Spec.ServiceAccountName != m.account.Name {
		t.Errorf("the pods run as %s, and the account is %s", pods.Spec.ServiceAccountName, m.account.Name)
	}
}

// TestPorts: each port that is named is one of the server's.
func TestPorts(t *testing.T) {
	t.Parallel()
	m := read(t)
	server := m.deployment.Spec.Template.Spec.Containers[0]
	named := []intstr.IntOrString{
		m.service.Spec.Ports[0].TargetPort, server.LivenessProbe.HTTPGet.Port, server.ReadinessProbe.HTTPGet.Port, server.StartupProbe.HTTPGet.Port,
	}
	for _, rule := range m.network.Spec.Ingress {
		for _, port := range rule.Ports {
			named = append(named, *port.Port)
		}
	}
	for _, endpoint := range m.monitor.Spec.PodMetricsEndpoints {
		named = append(named, intstr.FromString(*endpoint.Port))
	}
	served := map[string]string{}
	for _, port := range server.Ports {
		served[port.Name] = strconv.Itoa(int(port.ContainerPort))
	}
	for _, port := range named {
		if served[port.StrVal] == "" {
			t.Errorf("the server has no port %s", port.String())
		}
	}
	for port, variable := range map[string]string{"http": "ASYNCGATE_ADDR", "metrics": "ASYNCGATE_METRICS_ADDR"} {
		if want := "0.0.0.0:" + served[port]; m.config.Data[variable] != want {
			t.Errorf("%s is %q, and the port %s is %s", variable, m.config.Data[variable], port, served[port])
		}
	}
}

// stop is how long a server takes to stop, in seconds, at most.
const stop = 30

// TestStop: nothing kills a server that is stopping.
func TestStop(t *testing.T) {
	t.Parallel()
	m := read(t)
	pods := m.deployment.Spec.Template.Spec
	if before := pods.Containers[0].Lifecycle.PreStop.Sleep.Seconds; *pods.TerminationGracePeriodSeconds < before+stop {
		t.Errorf("a pod has %d s to end, and takes %d s and up to %d s", *pods.TerminationGracePeriodSeconds, before, stop)
	}
	project, err := loadCompose(t, "POSTGRES_PASSWORD=secret")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"asyncgate-1", "asyncgate-2"} {
		if grace := project.Services[name].StopGracePeriod; grace == nil || time.Duration(*grace) < stop*time.Second {
			t.Errorf("%s has %v to stop", name, grace)
		}
	}
}
