import '@angular/compiler';
import {
  CUSTOM_ELEMENTS_SCHEMA,
  Component,
  provideZonelessChangeDetection,
  signal,
} from '@angular/core';
import {bootstrapApplication} from '@angular/platform-browser';
import 'maria-chat';
import type {MariaCompleteEvent} from 'maria-chat';

@Component({
  selector: '#app',
  schemas: [CUSTOM_ELEMENTS_SCHEMA],
  template: `
    <main>
      <h1>Angular</h1>
      <button class="primary" type="button" (click)="chat.open()">Send us your documents</button>
      <p role="status">{{ reference() ? 'Arrived: ' + reference() : 'Nothing yet.' }}</p>
      <maria-chat
        #chat
        site="demo"
        [attr.api]="backend"
        heading="Intake with Angular"
        (maria-complete)="onComplete($event)"
      ></maria-chat>
    </main>
  `,
})
class Intake {
  readonly backend = location.origin;
  readonly reference = signal<string | null>(null);

  onComplete(event: MariaCompleteEvent) {
    this.reference.set(event.reference);
  }
}

void bootstrapApplication(Intake, {providers: [provideZonelessChangeDetection()]});
