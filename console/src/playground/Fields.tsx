import { isCast } from "./cast";
import { currentIdentity, setIdentity, useIdentity } from "./identity";

/** Who asks. */
export function Fields() {
  const { key } = useIdentity();
  const [principal, tenant] = key
    ? ["the key's own", "the key's own"]
    : ["agent:dev", "00000000-0000-0000-0000-000000000000"];
  return (
    <form className="identity" aria-label="Who asks" onSubmit={(event) => event.preventDefault()}>
      <Field name="principal" label="Principal" placeholder={principal} />
      <Field name="tenant" label="Tenant" placeholder={tenant} />
      <Field name="key" label="Key" placeholder="none in development" type="password" />
    </form>
  );
}

type FieldProps = {
  name: "principal" | "tenant" | "key";
  label: string;
  placeholder: string;
  type?: string;
};

function Field({ name, label, placeholder, type = "text" }: FieldProps) {
  const value = useIdentity()[name] ?? "";
  return (
    <label className={name}>
      <span>{label}</span>
      <input
        name={name}
        type={type}
        value={value}
        placeholder={placeholder}
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        onChange={(event) => change(name, event.target.value.trim())}
      />
    </label>
  );
}

/** A key says who its bearer is: that an example wanted somebody else does not count any more. */
function change(name: FieldProps["name"], text: string) {
  const alone = name === "key" && isCast(currentIdentity().principal);
  setIdentity({ [name]: text, ...(alone && { principal: "" }) });
}
