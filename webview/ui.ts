/** The one seam to the widget toolkit, which is deprecated: another one is swapped in here. */
import { provideVSCodeDesignSystem, vsCodeButton, vsCodeProgressRing } from "@vscode/webview-ui-toolkit";
import { html, type TemplateResult } from "lit-html";

export function registerWidgets(): void {
  provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeProgressRing());
}

export const button = (label: string, onClick: () => void, appearance: "primary" | "secondary" = "secondary"): TemplateResult =>
  html`<vscode-button appearance=${appearance} @click=${onClick}>${label}</vscode-button>`;

export const busy = (): TemplateResult => html`<vscode-progress-ring aria-hidden="true"></vscode-progress-ring>`;

export interface Choice<T extends string> {
  readonly value: T;
  readonly label: string;
}

/** A labelled list to choose one of. */
export const select = <T extends string>(
  label: string,
  choices: readonly Choice<T>[],
  value: T,
  onChange: (value: T) => void,
): TemplateResult => html`
  <label class="field"
    >${label}
    <select
      @change=${(event: Event) => {
        onChange((event.target as HTMLSelectElement).value as T);
      }}
    >
      ${choices.map((choice) => html`<option value=${choice.value} ?selected=${choice.value === value}>${choice.label}</option>`)}
    </select>
  </label>
`;

/** A few choices side by side, one of them pressed. */
export const segmented = <T extends string>(
  label: string,
  choices: readonly Choice<T>[],
  value: T,
  onChange: (value: T) => void,
): TemplateResult => html`
  <span class="segmented" role="group" aria-label=${label}>
    ${choices.map(
      (choice) =>
        html`<button
          aria-pressed=${choice.value === value}
          @click=${() => {
            onChange(choice.value);
          }}
        >
          ${choice.label}
        </button>`,
    )}
  </span>
`;
