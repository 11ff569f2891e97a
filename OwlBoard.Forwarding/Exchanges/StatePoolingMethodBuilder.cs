using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

namespace OwlBoard.Forwarding.Exchanges;

/// <summary>
/// An async method builder that pools the state machines of completed methods per thread, up to a limit.
/// <see cref="PoolingAsyncValueTaskMethodBuilder{TResult}"/> pools only one for each thread and processor. As with any
/// <see cref="ValueTask{TResult}"/>, the result must be awaited exactly once.
/// </summary>
/// <typeparam name="T">The type of the method's result.</typeparam>
internal struct StatePoolingMethodBuilder<T>
{
    /// <summary>The maximum number of pooled state machines per thread; further ones are left to the garbage collector.</summary>
    private const int MaxPooled = 256;

    private AsyncValueTaskMethodBuilder<T> _synchronous;
    private State? _state;

    public readonly ValueTask<T> Task => _state is { } state ? state.Task : _synchronous.Task;

    public static StatePoolingMethodBuilder<T> Create() => default;

    public void Start<TStateMachine>(ref TStateMachine stateMachine)
        where TStateMachine : IAsyncStateMachine => _synchronous.Start(ref stateMachine);

    public void SetStateMachine(IAsyncStateMachine stateMachine) => _synchronous.SetStateMachine(stateMachine);

    public void SetResult(T result)
    {
        if (_state is { } state)
        {
            state.SetResult(result);
        }
        else
        {
            _synchronous.SetResult(result);
        }
    }

    public void SetException(Exception exception)
    {
        if (_state is { } state)
        {
            state.SetException(exception);
        }
        else
        {
            _synchronous.SetException(exception);
        }
    }

    public void AwaitOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : INotifyCompletion
        where TStateMachine : IAsyncStateMachine =>
        awaiter.OnCompleted(Suspend(ref stateMachine));

    public void AwaitUnsafeOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : ICriticalNotifyCompletion
        where TStateMachine : IAsyncStateMachine =>
        awaiter.UnsafeOnCompleted(Suspend(ref stateMachine));

    private Action Suspend<TStateMachine>(ref TStateMachine stateMachine)
        where TStateMachine : IAsyncStateMachine
    {
        if (_state is not State<TStateMachine> state)
        {
            _state = state = State<TStateMachine>.Take();
            // The copy contains this builder, with its state already set.
            state.StateMachine = stateMachine;
        }

        state.Context = ExecutionContext.Capture();
        return state.MoveOn;
    }

    private abstract class State : IValueTaskSource<T>
    {
        private ManualResetValueTaskSourceCore<T> _source;

        public ValueTask<T> Task => new(this, _source.Version);

        public void SetResult(T result) => _source.SetResult(result);

        public void SetException(Exception exception) => _source.SetException(exception);

        T IValueTaskSource<T>.GetResult(short token)
        {
            try
            {
                return _source.GetResult(token);
            }
            finally
            {
                _source.Reset();
                Keep();
            }
        }

        ValueTaskSourceStatus IValueTaskSource<T>.GetStatus(short token) => _source.GetStatus(token);

        void IValueTaskSource<T>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            _source.OnCompleted(continuation, state, token, flags);

        protected abstract void Keep();
    }

    private sealed class State<TStateMachine> : State
        where TStateMachine : IAsyncStateMachine
    {
        private static readonly ContextCallback Continue = static state => ((State<TStateMachine>)state!).StateMachine!.MoveNext();

        [ThreadStatic]
        private static State<TStateMachine>? _kept;

        [ThreadStatic]
        private static int _count;

        private State<TStateMachine>? _next;

        private State() => MoveOn = Go;

        public TStateMachine? StateMachine;

        public ExecutionContext? Context { get; set; }

        public Action MoveOn { get; }

        public static State<TStateMachine> Take()
        {
            if (_kept is not { } state)
            {
                return new State<TStateMachine>();
            }

            _kept = state._next;
            _count--;
            state._next = null;
            return state;
        }

        protected override void Keep()
        {
            StateMachine = default;
            Context = null;
            if (_count < MaxPooled)
            {
                _count++;
                _next = _kept;
                _kept = this;
            }
        }

        private void Go()
        {
            if (Context is { } context)
            {
                ExecutionContext.Run(context, Continue, this);
            }
            else
            {
                StateMachine!.MoveNext();
            }
        }
    }
}
