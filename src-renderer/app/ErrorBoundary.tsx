import { Component, type ReactNode } from 'react';
import { CrashScreen } from './CrashScreen.tsx';

interface ErrorBoundaryProps {
  readonly children: ReactNode;
}

interface ErrorBoundaryState {
  readonly error: unknown;
  readonly hasStopped: boolean;
}

/** The last net, around the frame itself; a screen's own errors are caught by its route. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, ErrorBoundaryState> {
  override readonly state: ErrorBoundaryState = { error: undefined, hasStopped: false };

  static getDerivedStateFromError(error: unknown): ErrorBoundaryState {
    return { error, hasStopped: true };
  }

  override render(): ReactNode {
    if (!this.state.hasStopped) return this.props.children;
    return (
      <CrashScreen
        error={this.state.error}
        onRetry={() => this.setState({ error: undefined, hasStopped: false })}
        // A whole new start: the router may be part of what stopped.
        onHome={() => window.location.assign('/')}
      />
    );
  }
}
