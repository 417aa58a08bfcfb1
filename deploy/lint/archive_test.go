package lint_test

import (
	"bytes"
	"os"
	"reflect"
	"slices"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// TestArchive: the archiver of a cluster is the servers' image under their restrictions, none of the servers itself, and what it
// writes is kept.
func TestArchive(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../kubernetes/archive.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var claim corev1.PersistentVolumeClaim
	var job batchv1.CronJob
	var network networkingv1.NetworkPolicy
	objects := []any{&claim, &job, &network}
	documents := bytes.Split(text, []byte("\n---\n"))
	if len(documents) != len(objects) {
		t.Fatalf("there are %d objects, and %d are read here", len(documents), len(objects))
	}
	for i, object := range objects {
		decode(t, documents[i], object)
	}
	m := read(t)
	pods, servers := job.Spec.JobTemplate.Spec.Template, m.deployment.Spec.Template
	container, server := pods.Spec.Containers[0], servers.Spec.Containers[0]

	for whose, selector := range map[string]*metav1.LabelSelector{
		"Deployment": m.deployment.Spec.Selector, "Service": {MatchLabels: m.service.Spec.Selector}, "PodDisruptionBudget": m.budget.Spec.Selector,
	} {
		if s, err := metav1.LabelSelectorAsSelector(selector); err != nil || s.Matches(labels.Set(pods.Labels)) {
			t.Errorf("the %s takes the archiver for a server: %v", whose, err)
		}
	}
	if s, err := metav1.LabelSelectorAsSelector(&network.Spec.PodSelector); err != nil || !s.Matches(labels.Set(pods.Labels)) || s.Matches(labels.Set(servers.Labels)) {
		t.Errorf("its NetworkPolicy selects %v: %v", network.Spec.PodSelector, err)
	}

	own, theirs := *pods.Spec.SecurityContext, *servers.Spec.SecurityContext
	if own.FSGroup == nil || *own.FSGroup != *own.RunAsGroup {
		t.Error("the volume is not writable for its group")
	}
	own.FSGroup, own.FSGroupChangePolicy = nil, nil
	same(t, "securityContext of the pod", own, theirs)
	same(t, "securityContext", container.SecurityContext, server.SecurityContext)
	same(t, "image", container.Image, server.Image)
	same(t, "account", pods.Spec.ServiceAccountName, servers.Spec.ServiceAccountName)
	same(t, "secret", container.EnvFrom[0].SecretRef, server.EnvFrom[1].SecretRef)

	mount := container.VolumeMounts[0]
	if !slices.Equal(container.Args[len(container.Args)-2:], []string{"--to", mount.MountPath}) {
		t.Errorf("it writes with %q, and the volume is at %s", container.Args, mount.MountPath)
	}
	if v := pods.Spec.Volumes[0]; v.Name != mount.Name || v.PersistentVolumeClaim.ClaimName != claim.Name {
		t.Errorf("the volume is %+v, the claim %s", v, claim.Name)
	}
}

// same compares what the archiver and the server have in common.
func same(t *testing.T, what string, archiver, server any) {
	t.Helper()
	if !reflect.DeepEqual(archiver, server) {
		t.Errorf("%s: the archiver has %v, the server %v", what, archiver, server)
	}
}
