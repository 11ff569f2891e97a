using Aspire.Hosting.Docker.Resources;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.EventEmitters;
using YamlDotNet.Serialization.NamingConventions;

namespace Aspire.Hosting.Docker;

/// <summary>Serializes a docker-compose file.</summary>
internal static class ComposeYaml
{
    public static string Serialize(ComposeFile file) => new SerializerBuilder()
        .WithNamingConvention(UnderscoredNamingConvention.Instance)
        .ConfigureDefaultValuesHandling(DefaultValuesHandling.OmitNull | DefaultValuesHandling.OmitEmptyCollections)
        .WithEventEmitter(next => new QuotedValues(next))
        .WithIndentedSequences()
        .WithNewLine("\n")
        .Build()
        .Serialize(file);

    /// <summary>Quotes each string that is a value, so that <c>"3.8"</c> and <c>"yes"</c> remain strings. Keys stay plain.</summary>
    private sealed class QuotedValues(IEventEmitter next) : ChainedEventEmitter(next)
    {
        /// <summary>One entry per open collection: <see langword="true"/> if its next scalar is a key.</summary>
        private readonly Stack<(bool IsMapping, bool ExpectsKey)> _open = new();

        public override void Emit(ScalarEventInfo eventInfo, IEmitter emitter)
        {
            if (!Advance() && eventInfo.Source.Type == typeof(string))
            {
                eventInfo.Style = ScalarStyle.DoubleQuoted;
            }

            base.Emit(eventInfo, emitter);
        }

        public override void Emit(MappingStartEventInfo eventInfo, IEmitter emitter)
        {
            Advance();
            _open.Push((IsMapping: true, ExpectsKey: true));
            base.Emit(eventInfo, emitter);
        }

        public override void Emit(MappingEndEventInfo eventInfo, IEmitter emitter)
        {
            _open.Pop();
            base.Emit(eventInfo, emitter);
        }

        public override void Emit(SequenceStartEventInfo eventInfo, IEmitter emitter)
        {
            Advance();
            _open.Push((IsMapping: false, ExpectsKey: false));
            base.Emit(eventInfo, emitter);
        }

        public override void Emit(SequenceEndEventInfo eventInfo, IEmitter emitter)
        {
            _open.Pop();
            base.Emit(eventInfo, emitter);
        }

        /// <summary>Moves to the next node of the innermost collection.</summary>
        /// <returns><see langword="true"/> if the current node is a key.</returns>
        private bool Advance()
        {
            if (!_open.TryPop(out var collection))
            {
                return false;
            }

            _open.Push(collection with { ExpectsKey = collection.IsMapping && !collection.ExpectsKey });
            return collection.ExpectsKey;
        }
    }
}
